using Microsoft.Extensions.Logging;

namespace IOLoops.Extensions.Hosting;

/// <summary>All that the package logs itself, with event ids.</summary>
internal static partial class HostingLog
{
    internal const string Category = "IOLoops.Extensions.Hosting";

    [LoggerMessage(1, LogLevel.Critical, "{Loop}: A callback, timeout or handler failed. The application stops, because StopApplicationOnCallbackFailure is set.")]
    internal static partial void FailureStopsApplication(ILogger logger, Exception failure, string loop);

    [LoggerMessage(2, LogLevel.Critical, "{Loop}: The loop's run ended before the application did. The application stops. Set StopApplicationWhenRunEnds to false to keep it running without this loop.")]
    internal static partial void RunEndStopsApplication(ILogger logger, Exception? failure, string loop);

    [LoggerMessage(3, LogLevel.Error, "{Loop}: The loop's run ended before the application did. Queued callbacks do not run. The application continues without this loop, because StopApplicationWhenRunEnds is false.")]
    internal static partial void RunEnded(ILogger logger, Exception? failure, string loop);

    [LoggerMessage(4, LogLevel.Warning, "{Loop}: The loop's run did not end within {Seconds} s, or before the host's shutdown timeout. The application stops without waiting for it. Set a blocking threshold to find what blocks the loop. {State}")]
    internal static partial void StopTimedOut(ILogger logger, string loop, double seconds, string state);

    [LoggerMessage(5, LogLevel.Error, "{Loop}: The loop's run failed while the application stopped.")]
    internal static partial void RunFailed(ILogger logger, Exception failure, string loop);
}
