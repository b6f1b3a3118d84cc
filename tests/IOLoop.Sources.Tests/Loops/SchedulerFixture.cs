using System.Reactive.Concurrency;
using IOLoops.Conformance;
using IOLoops.Rx;

namespace IOLoops.Sources.Tests.Loops;

/// <summary>Loops on an Rx scheduler with one thread.</summary>
public sealed class SchedulerFixture : LoopFixture
{
    private readonly List<EventLoopScheduler> _schedulers = [];

    public override string Name => "Rx over an EventLoopScheduler";

    public override IOLoop Create(IOLoopOptions? options = null)
    {
        var scheduler = new EventLoopScheduler();
        _schedulers.Add(scheduler);
        return new RxIOLoop(scheduler, HostedOptions.From(options));
    }

    protected override void Dispose(bool disposing)
    {
        _schedulers.ForEach(scheduler => scheduler.Dispose());
        base.Dispose(disposing);
    }
}
