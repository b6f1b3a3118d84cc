using System.Runtime.CompilerServices;
using IOLoops.Core;
using Microsoft.Extensions.Logging;

namespace IOLoops.Diagnostics;

/// <summary>All that loops log, with event ids.</summary>
internal static partial class LoopLog
{
    private const string Category = "IOLoops.IOLoop";

    internal static ILogger CreateLogger(ILoggerFactory? factory, string loop)
    {
        var fallback = new StandardErrorLogger(loop);
        return factory is null ? fallback : new GuardedLogger(factory.CreateLogger(Category), fallback);
    }

    [LoggerMessage(1, LogLevel.Error, "{Loop}: {Callback} failed.")]
    internal static partial void CallbackFailed(ILogger logger, Exception exception, string loop, string callback);

    [LoggerMessage(2, LogLevel.Error, "{Loop}: HandleCallbackException itself failed while handling: {Original}")]
    internal static partial void HookFailed(ILogger logger, Exception exception, string loop, string original);

    [LoggerMessage(3, LogLevel.Warning, "{Loop} is closed: {Count} callbacks never ran, the first of them {Callback}.")]
    internal static partial void CallbacksDropped(ILogger logger, string loop, int count, string callback);

    [LoggerMessage(4, LogLevel.Error, "{Loop}: closing {Descriptor} failed.")]
    internal static partial void CloseFailed(ILogger logger, Exception exception, string loop, string descriptor);

    [LoggerMessage(5, LogLevel.Error, "{Loop} cannot go on in its host and has stopped; what is queued does not run.")]
    internal static partial void HostLost(ILogger logger, Exception exception, string loop);

    [LoggerMessage(6, LogLevel.Warning, "{Blocked}")]
    internal static partial void Blocked(ILogger logger, string blocked);

    [LoggerMessage(7, LogLevel.Error, "{Loop}: the action given to SetBlockingSignalThreshold failed.")]
    internal static partial void StallActionFailed(ILogger logger, Exception exception, string loop);

    [LoggerMessage(8, LogLevel.Warning, "{Loop}: the stack of the loop's thread is not to be had: {Reason}")]
    internal static partial void NoStack(ILogger logger, string loop, string reason);

    [LoggerMessage(9, LogLevel.Error, "{Loop}: who listens to the loop's metrics or spans has thrown; it is not said again.")]
    internal static partial void ListenerFailed(ILogger logger, Exception exception, string loop);

    [LoggerMessage(10, LogLevel.Error, "{Loop} was disposed, but stopping or closing it failed.")]
    internal static partial void DisposeFailed(ILogger logger, Exception exception, string loop);

    [LoggerMessage(12, LogLevel.Warning, "{Loop} was collected without being closed: {Count} callbacks never ran, the first of them {Callback}. Close a loop, or keep a reference to it while it has work; if its host has ended, nobody else tells.")]
    internal static partial void CallbacksForgotten(ILogger logger, string loop, int count, string callback);

    [LoggerMessage(13, LogLevel.Warning, "{Loop} no longer runs, but {Callback} awaits something and is to resume on it: it waits for the next run. To await the end of a run use StopAsync, DisposeAsync or Completion, which resume behind it; to resume elsewhere use ConfigureAwait(false). This is not reported again.")]
    internal static partial void AwaitStranded(ILogger logger, string loop, string callback);

    /// <summary>Says now what a storm of failures has kept back.</summary>
    internal static void Flush(ILogger logger) => ((logger as GuardedLogger)?.Fallback ?? logger as StandardErrorLogger)?.Flush();

    /// <summary>The message of an exception, which may be code of the application's that fails.</summary>
    internal static string MessageOf(Exception exception)
    {
        try
        {
            return exception.Message;
        }
        catch (Exception failure)
        {
            return $"a {exception.GetType()}, whose message is not to be had for a {failure.GetType()}.";
        }
    }

    /// <summary>Type and method of a delegate, for messages.</summary>
    internal static string Describe(Delegate callback)
    {
        callback = NamedWork.Original(callback);
        return AwaitingMethod(callback.Target)
            ?? (callback.Method.DeclaringType is { } type ? $"{type.FullName}.{callback.Method.Name}" : callback.Method.Name);
    }

    /// <summary>
    /// The continuation of an await belongs to the runtime, in a box whose type argument is the state of the method that
    /// awaited: which the compiler named Outer+&lt;Method&gt;d__5. Null: the object is no such box.
    /// </summary>
    internal static string? AwaitingMethod(object? box) =>
        box?.GetType() is { IsGenericType: true, IsNested: true } type
            && type.GetGenericArguments()[^1] is { DeclaringType: { } outer } machine
            && typeof(IAsyncStateMachine).IsAssignableFrom(machine)
            && machine.Name.IndexOf('>', StringComparison.Ordinal) is var end and > 1
                ? $"{outer.FullName}.{machine.Name[1..end]}"
                : null;
}
