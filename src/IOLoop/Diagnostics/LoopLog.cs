using System.Runtime.CompilerServices;
using IOLoops.Callbacks;
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

    [LoggerMessage(2, LogLevel.Error, "{Loop}: HandleCallbackException threw while it handled this failure: {Original}")]
    internal static partial void HookFailed(ILogger logger, Exception exception, string loop, string original);

    [LoggerMessage(3, LogLevel.Warning, "{Loop}: The loop is closed: {Count} {Callbacks} never ran. {First} was {Callback}.")]
    private static partial void CallbacksDropped(ILogger logger, string loop, int count, string callbacks, string first, string callback);

    [LoggerMessage(4, LogLevel.Error, "{Loop}: Closing {Descriptor} failed. It may still be open.")]
    internal static partial void CloseFailed(ILogger logger, Exception exception, string loop, string descriptor);

    [LoggerMessage(5, LogLevel.Error, "{Loop}: The loop has stopped, because its host is gone or failed. Queued callbacks do not run. Attach it again if the host recovers, else close it.")]
    internal static partial void HostLost(ILogger logger, Exception exception, string loop);

    [LoggerMessage(6, LogLevel.Warning, "{Loop}: {Blocked}")]
    internal static partial void Blocked(ILogger logger, string loop, string blocked);

    [LoggerMessage(7, LogLevel.Error, "{Loop}: The action given to SetBlockingSignalThreshold failed. It is called again for the next stall.")]
    internal static partial void StallActionFailed(ILogger logger, Exception exception, string loop);

    [LoggerMessage(8, LogLevel.Warning, "{Loop}: Could not capture the loop thread's stack: {Reason}")]
    internal static partial void NoStack(ILogger logger, string loop, string reason);

    [LoggerMessage(9, LogLevel.Error, "{Loop}: A metrics or tracing listener threw. Further failures are not logged.")]
    internal static partial void ListenerFailed(ILogger logger, Exception exception, string loop);

    [LoggerMessage(10, LogLevel.Error, "{Loop}: Stopping or closing the loop failed while it was disposed of.")]
    internal static partial void DisposeFailed(ILogger logger, Exception exception, string loop);

    [LoggerMessage(12, LogLevel.Warning, "{Loop}: The loop was collected without being closed: {Count} {Callbacks} never ran. {First} was {Callback}. Close a loop, or keep a reference to it while it has work.")]
    private static partial void CallbacksForgotten(ILogger logger, string loop, int count, string callbacks, string first, string callback);

    [LoggerMessage(13, LogLevel.Warning, "{Loop}: The loop no longer runs, but {Callback} awaits something and is to resume on it, in a run that may never come. To await the end of a run use StopAsync, DisposeAsync or Completion. To resume elsewhere use ConfigureAwait(false). This is not reported again.")]
    internal static partial void AwaitStranded(ILogger logger, string loop, string callback);

    [LoggerMessage(14, LogLevel.Error, "{Loop}: The loop's run ended before that of its group {Group}. Queued callbacks do not run. {Others}")]
    internal static partial void EndedBeforeGroup(ILogger logger, Exception? failure, string loop, string group, string others);

    [LoggerMessage(15, LogLevel.Error, "{Group}: A handler of LoopEnded threw.")]
    internal static partial void LoopEndedHandlerFailed(ILogger logger, Exception exception, string group);

    [LoggerMessage(16, LogLevel.Error, "{Group}: A loop of the group could not be woken to be stopped. It stops when it next wakes.")]
    internal static partial void GroupStopFailed(ILogger logger, Exception exception, string group);

    internal static void CallbacksDropped(ILogger logger, string loop, int count, string first) =>
        CallbacksDropped(logger, loop, count, Callbacks(count), First(count), first);

    internal static void CallbacksForgotten(ILogger logger, string loop, int count, string first) =>
        CallbacksForgotten(logger, loop, count, Callbacks(count), First(count), first);

    private static string Callbacks(int count) => count == 1 ? "callback" : "callbacks";

    private static string First(int count) => count == 1 ? "It" : "The first";

    /// <summary>Reports at once how many entries of a storm of failures were suppressed.</summary>
    internal static void Flush(ILogger logger) => ((logger as GuardedLogger)?.Fallback ?? logger as StandardErrorLogger)?.Flush();

    /// <summary>The message of an exception. The property may be the application's code, and throw.</summary>
    internal static string MessageOf(Exception exception)
    {
        try
        {
            return exception.Message;
        }
        catch (Exception failure)
        {
            return $"{exception.GetType()}, whose Message property threw {failure.GetType()}.";
        }
    }

    /// <summary>Type and method of a delegate, for messages.</summary>
    internal static string Describe(Delegate callback)
    {
        callback = NamedWork.Original(callback);
        return AwaitingMethod(callback.Target) ?? MethodNames.Of(callback.Method);
    }

    /// <summary>The same for what is posted to a SynchronizationContext: an await posts a delegate of the runtime's, and itself as the argument.</summary>
    internal static string Describe(SendOrPostCallback callback, object? state) =>
        AwaitingMethod(state) ?? Describe(state as Action ?? (Delegate)callback);

    /// <summary>
    /// The continuation of an await belongs to the runtime, in a box whose type argument is the state machine of the method
    /// that awaited. Null: the object is no such box.
    /// </summary>
    internal static string? AwaitingMethod(object? box) =>
        box?.GetType() is { IsGenericType: true, IsNested: true } type
            && type.GetGenericArguments()[^1] is { DeclaringType: not null } machine
            && typeof(IAsyncStateMachine).IsAssignableFrom(machine)
                ? MethodNames.OfStateMachine(machine)
                : null;
}
