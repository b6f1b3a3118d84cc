namespace IOLoops.Timeouts;

/// <summary>
/// A clock that someone else drives, such as a test's: one of its timers, set to the earliest deadline, wakes the loop.
/// </summary>
internal sealed class TimeProviderClock : LoopClock
{
    private readonly TimeProvider _provider;
    private readonly ITimer _timer;

    // Elapsed times are scaled in floating point, which is exact for the life of a process and not for time stamps that
    // count from a calendar's beginning.
    private readonly long _start;

    internal TimeProviderClock(TimeProvider provider, Action wake)
    {
        _provider = provider;
        _start = provider.GetTimestamp();
        // The timer lives as long as the loop, and must not keep the context of the code that made it.
        using var noFlow = ExecutionContext.IsFlowSuppressed() ? default(AsyncFlowControl?) : ExecutionContext.SuppressFlow();
        _timer = provider.CreateTimer(static wake => ((Action)wake!)(), wake, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    internal override long Now => _provider.GetElapsedTime(_start).Ticks;

    internal override DateTimeOffset UtcNow => _provider.GetUtcNow();

    // The clock may be moved between being read and the timer being set, which would set it too late: set it again until
    // the clock stood still meanwhile. A clock that always moves is real time, where that much lateness is nothing.
    internal override long PrepareWait(long deadline)
    {
        for (int attempts = 16; ; attempts--)
        {
            long now = Now;
            var left = new LoopTime(deadline) - new LoopTime(now);
            if (left <= TimeSpan.Zero)
                return 0;
            _timer.Change(left < MaxDueTime ? left : MaxDueTime, Timeout.InfiniteTimeSpan);
            long after = Now;
            if (after >= deadline)
                return 0;
            if (after == now || attempts == 0)
                return -1;
        }
    }

    public override void Dispose()
    {
        _timer.Dispose();
        base.Dispose();
    }

    // What System.Threading.Timer takes; a loop woken early finds nothing due and sets the timer again.
    private static readonly TimeSpan MaxDueTime = TimeSpan.FromMilliseconds(uint.MaxValue - 1);
}
