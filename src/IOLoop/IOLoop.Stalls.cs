using IOLoops.Diagnostics;

namespace IOLoops;

public abstract partial class IOLoop
{
    /// <summary>
    /// Calls <paramref name="action"/>, once for each call, when a callback, timeout or handler of this loop takes longer than
    /// <paramref name="threshold"/>, and while it still runs. Replaces what was set before. Callbacks and timeouts of a turn that
    /// has begun already may be missed. Any thread.
    /// </summary>
    /// <remarks>
    /// <para>
    /// One thread watches all loops with a threshold. It looks in steps of half the threshold, but at least 1 ms and at most 10 ms,
    /// and reports at most two steps late. A call that takes only a little longer than the threshold may be missed. A loop that
    /// waits for work is not blocked, and neither is a call that runs nested turns. After a nested
    /// <see cref="RunSync(Action, TimeSpan?)"/> the call is timed from zero again. If the call pumps the host without the loop, which then
    /// cannot tell when that ends, it is no longer timed. A sleeping loop costs nothing, a working one some plain writes per call.
    /// </para>
    /// <para>
    /// The action runs on a separate thread, one call at a time for each loop. A stall that ends while the action still handles
    /// an earlier one is not reported. One that lasts longer is reported afterwards. What the action throws is logged.
    /// </para>
    /// </remarks>
    /// <param name="threshold">Positive. <see langword="null"/>, the default: no limit.</param>
    /// <param name="action"><see langword="null"/>: the process is ended (<see cref="Environment.FailFast(string)"/>) with a message that names the blocked
    /// call. If <see cref="BlockedLoop.CaptureStack"/> hangs, at most 10 s later.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="threshold"/> is zero or negative.</exception>
    /// <exception cref="ObjectDisposedException">The loop is closed.</exception>
    /// <exception cref="NotSupportedException">The loop is built on the abstract members alone and does not record what it calls.</exception>
    public void SetBlockingSignalThreshold(TimeSpan? threshold, Action<BlockedLoop>? action)
    {
        if (threshold <= TimeSpan.Zero)
            throw new ArgumentOutOfRangeException(nameof(threshold), threshold, "The threshold must be positive. Pass null for none.");
        if (Core is { } core)
            core.View.Watch(StallWatchdog.Shared, threshold, action);
        else if (threshold is not null)
            throw new NotSupportedException($"{Name} does not record what it calls, so stalls cannot be detected. Only loops of this library, and those derived from them, can be watched.");
    }

    /// <summary>The same with <see cref="LogStack"/> as the action.</summary>
    /// <inheritdoc cref="SetBlockingSignalThreshold"/>
    /// <example>
    /// <code>
    /// loop.SetBlockingLogThreshold(TimeSpan.FromMilliseconds(200));
    /// </code>
    /// </example>
    public void SetBlockingLogThreshold(TimeSpan? threshold) => SetBlockingSignalThreshold(threshold, LogStack);

    /// <summary>
    /// Logs, as a warning, what blocks a loop and for how long, with the full stack of its thread if
    /// <see cref="BlockedLoop.CaptureStack"/> returns it. Any thread.
    /// </summary>
    /// <exception cref="ArgumentNullException"><paramref name="blocked"/> is null.</exception>
    public void LogStack(BlockedLoop blocked)
    {
        ArgumentNullException.ThrowIfNull(blocked);
        LoopLog.Blocked(Logger, blocked.Loop.Name, blocked.DescribeWithStack("The loop"));
    }
}
