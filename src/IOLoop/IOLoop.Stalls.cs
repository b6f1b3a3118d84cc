using IOLoops.Core;
using IOLoops.Diagnostics;

namespace IOLoops;

public abstract partial class IOLoop
{
    /// <summary>
    /// Has <paramref name="action"/> called when a callback, timeout or handler of this loop blocks it for longer than
    /// <paramref name="threshold"/>, while it is still blocked; once for each such call. Replaces what was set before. Any
    /// thread; callbacks and timeouts of a turn that has begun already may be overlooked.
    /// </summary>
    /// <remarks>
    /// <para>
    /// One thread looks after all loops with a threshold. It looks in steps of half the threshold, but of 10 ms at the most and
    /// of 1 ms at the least, and reports at most two steps late; what blocks for just a little longer than the threshold may
    /// be missed. A loop that waits for something to do is not blocked, nor is a call that runs turns nested in it: behind a
    /// <see cref="RunSync(Action, TimeSpan?)"/> it is timed anew; where the host is pumped without the loop, which cannot tell
    /// when that is over, it is not timed any more. A loop that sleeps costs nothing, and one that works some plain writes for each call.
    /// </para>
    /// <para>
    /// The action runs on a thread of its own, one at a time for a loop: a stall that ends while the last one is still being
    /// dealt with goes unreported, and one that lasts longer is reported then. What it throws is logged.
    /// </para>
    /// </remarks>
    /// <param name="threshold">Positive; <see langword="null"/>: a call may take as long as it likes, which is the default.</param>
    /// <param name="action"><see langword="null"/>: the process is ended (<see cref="Environment.FailFast(string)"/>) with a message that names the culprit,
    /// at the latest 10 s after it was found out, should <see cref="BlockedLoop.CaptureStack"/> hang.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="threshold"/> is zero or negative.</exception>
    /// <exception cref="ObjectDisposedException">The loop is closed.</exception>
    /// <exception cref="NotSupportedException">This kind of loop, written elsewhere, does not say what it calls.</exception>
    public void SetBlockingSignalThreshold(TimeSpan? threshold, Action<BlockedLoop>? action)
    {
        if (threshold <= TimeSpan.Zero)
            throw new ArgumentOutOfRangeException(nameof(threshold), threshold, "The threshold must be positive. Pass null for none.");
        if (Core is { } core)
            core.Watch(StallWatchdog.Shared, threshold, action);
        else if (threshold is not null)
            throw new NotSupportedException($"{Name} does not record what it calls, so stalls cannot be detected. Only loops of this library, and those derived from them, can be watched.");
    }

    /// <summary>The same with <see cref="LogStack"/> as the action.</summary>
    /// <inheritdoc cref="SetBlockingSignalThreshold"/>
    public void SetBlockingLogThreshold(TimeSpan? threshold) => SetBlockingSignalThreshold(threshold, LogStack);

    /// <summary>
    /// Logs, as a warning, what blocks a loop and for how long; with the full stack of its thread when
    /// <see cref="BlockedLoop.CaptureStack"/> can tell it. Any thread.
    /// </summary>
    /// <exception cref="ArgumentNullException"><paramref name="blocked"/> is null.</exception>
    public void LogStack(BlockedLoop blocked)
    {
        ArgumentNullException.ThrowIfNull(blocked);
        LoopLog.Blocked(Logger, blocked.Loop.Name, blocked.DescribeWithStack("The loop"));
    }
}
