namespace IOLoops.Extensions.Hosting;

/// <summary>Limits of a loop's health check. The options' name is that of the health check.</summary>
public class IOLoopHealthCheckOptions
{
    /// <summary>
    /// How long a callback of the health check may wait for the loop to run it. After that the loop counts as stalled: a callback,
    /// timeout or handler blocks it, or a turn takes too long. Positive, less than 24 days. Default: 2 seconds. A check takes at
    /// most that long, and blocks no thread meanwhile.
    /// </summary>
    public TimeSpan StallThreshold { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// The maximum number of callbacks that may wait in the loop. With more the loop is <c>Degraded</c>. At least 0;
    /// <see langword="null"/>, the default, for no limit.
    /// </summary>
    /// <remarks>
    /// The number is that of the metric <c>ioloop.callback.queued</c>. Loops of this package that have one name, in one process,
    /// are measured together.
    /// </remarks>
    public int? MaxQueuedCallbacks { get; set; }
}
