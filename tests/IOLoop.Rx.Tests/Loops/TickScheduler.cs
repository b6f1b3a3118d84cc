using System.Reactive.Concurrency;

namespace IOLoops.Rx.Tests.Loops;

/// <summary>A scheduler of virtual time in ticks, which does as Rx's TestScheduler does.</summary>
internal sealed class TickScheduler : VirtualTimeScheduler<long, long>
{
    public override IDisposable ScheduleAbsolute<TState>(TState state, long dueTime, Func<IScheduler, TState, IDisposable> action) =>
        base.ScheduleAbsolute(state, Math.Max(dueTime, Clock + 1), action); // never at the present time

    protected override long Add(long absolute, long relative) => absolute + relative;

    protected override DateTimeOffset ToDateTimeOffset(long absolute) => new(absolute, TimeSpan.Zero);

    protected override long ToRelative(TimeSpan timeSpan) => timeSpan.Ticks;
}
