using IOLoops.Conformance;

namespace IOLoops.Sources.Tests.Loops;

/// <summary>Loops in a SynchronizationContext with one thread.</summary>
public sealed class ContextFixture : MainThreadFixture
{
    public override string Name => "a SynchronizationContext";

    public override IOLoop Create(IOLoopOptions? options = null) =>
        new SynchronizationContextIOLoop(NewMain().Context, HostedOptions.From(options));
}
