using System.Reactive.Concurrency;
using IOLoops.Conformance;

namespace IOLoops.Rx.Tests.Loops;

/// <summary>Loops over a SynchronizationContextScheduler, over the context of a native loop's thread.</summary>
public sealed class ContextSchedulerFixture : LoopFixture
{
    private readonly LoopThreads _threads = new();

    public override string Name => "Rx over a SynchronizationContextScheduler";

    public override bool SeesGhosts => true;

    public override long BytesPerTurn => PostCost.Of(new SynchronizationContextScheduler(_threads.Start().SynchronizationContext));

    public override IOLoop Create(IOLoopOptions? options = null) =>
        new RxIOLoop(new SynchronizationContextScheduler(_threads.Start().SynchronizationContext), HostedOptions.From(options));

    protected override void Dispose(bool disposing)
    {
        _threads.Dispose();
        base.Dispose(disposing);
    }
}
