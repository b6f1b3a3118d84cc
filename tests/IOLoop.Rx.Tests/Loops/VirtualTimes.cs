using System.Reactive.Concurrency;

namespace IOLoops.Rx.Tests.Loops;

public sealed class A_historical_scheduler : VirtualTimeTests
{
    public A_historical_scheduler()
        : this(new HistoricalScheduler(Beginning))
    {
    }

    private A_historical_scheduler(HistoricalScheduler scheduler)
        : base(scheduler, scheduler.AdvanceBy)
    {
    }
}

public sealed class A_scheduler_of_ticks : VirtualTimeTests
{
    public A_scheduler_of_ticks()
        : this(new TickScheduler())
    {
    }

    private A_scheduler_of_ticks(TickScheduler scheduler)
        : base(scheduler, span => scheduler.AdvanceBy(span.Ticks))
    {
    }
}
