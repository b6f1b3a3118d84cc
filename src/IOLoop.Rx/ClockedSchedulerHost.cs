using System.Reactive.Concurrency;

namespace IOLoops.Rx;

/// <summary>A scheduler with a time of its own as a host: a loop's, one of virtual time, or one that was written elsewhere.</summary>
internal class ClockedSchedulerHost : SchedulerHost, IHostClock
{
    private readonly IScheduler _scheduler;
    private readonly IStopwatch _stopwatch;
    private readonly long _start;
    private readonly bool _isExact;

    internal ClockedSchedulerHost(IScheduler scheduler, IScheduler behind)
        : base(scheduler, behind)
    {
        _scheduler = scheduler;
        _isExact = behind is IOLoopScheduler;
        // A stopwatch of the scheduler's, because its Now follows the jumps of the wall clock.
        _start = scheduler.Now.UtcTicks;
        _stopwatch = scheduler.StartStopwatch();
    }

    public LoopTime Now => new(_start + _stopwatch.Elapsed.Ticks);

    public DateTimeOffset UtcNow => _scheduler.Now;

    public virtual IDisposable PostAfter(TimeSpan delay, Action turn) => Schedule(RoundUp(delay), turn);

    /// <summary>
    /// The timers of Rx's schedulers cut off what is below a millisecond: they would come before their time and be asked for
    /// again and again. A loop's own do not.
    /// </summary>
    private TimeSpan RoundUp(TimeSpan delay) => this is VirtualTimeHost || _isExact
        ? delay
        : new TimeSpan((delay.Ticks + TimeSpan.TicksPerMillisecond - 1) / TimeSpan.TicksPerMillisecond * TimeSpan.TicksPerMillisecond);
}
