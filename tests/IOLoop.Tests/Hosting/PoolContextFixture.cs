using IOLoops.Conformance;

namespace IOLoops.Tests.Hosting;

/// <summary>Loops in a SynchronizationContext that posts to the thread pool.</summary>
public sealed class PoolContextFixture : LoopFixture
{
    public override string Name => "a SynchronizationContext of the thread pool";

    public override string? Unsupported => HostedFixtures.Unsupported(PollerKind.Epoll);

    public override bool SeesGhosts => true;

    public override bool HasOwnThread => false;

    public override IOLoop Create(IOLoopOptions? options = null) => new SynchronizationContextIOLoop(new PoolContext(), HostedOptions.From(options, PollerKind.Epoll));
}
