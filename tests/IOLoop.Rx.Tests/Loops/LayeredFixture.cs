using IOLoops.Conformance;

namespace IOLoops.Rx.Tests.Loops;

/// <summary>Loops over a loop's scheduler over a native loop.</summary>
public sealed class LayeredFixture : LoopFixture
{
    private readonly LoopThreads _threads = new();

    public override string Name => "Rx over an IOLoopScheduler";

    public override bool SeesGhosts => true;

    public override bool SubMillisecond => !OperatingSystem.IsWindows();

    public override long BytesPerTurn => PostCost.Of(_threads.Start().AsScheduler());

    public override IOLoop Create(IOLoopOptions? options = null) => new RxIOLoop(_threads.Start().AsScheduler(), HostedOptions.From(options));

    protected override void Dispose(bool disposing)
    {
        _threads.Dispose();
        base.Dispose(disposing);
    }
}
