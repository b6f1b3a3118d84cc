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

    /// <summary>Type and method of a delegate, for messages.</summary>
    internal static string Describe(Delegate callback) =>
        callback.Method.DeclaringType is { } type ? $"{type.FullName}.{callback.Method.Name}" : callback.Method.Name;
}
