using IOLoops.Conformance;

namespace IOLoops.Rx.Tests.Loops;

/// <summary>Loops in the SynchronizationContext of a native loop's thread.</summary>
public sealed class ContextFixture : LoopFixture
{
    private readonly LoopThreads _threads = new();

    public override string Name => "a SynchronizationContext";

    public override IOLoop Create(IOLoopOptions? options = null) =>
        new SynchronizationContextIOLoop(_threads.Start().SynchronizationContext, HostedOptions.From(options));

    protected override void Dispose(bool disposing)
    {
        _threads.Dispose();
        base.Dispose(disposing);
    }
}
