using IOLoops.Conformance;

namespace IOLoops.Rx.Tests;

/// <summary>Makes native loops over one poller.</summary>
public sealed class OverPoller(PollerKind poller) : LoopFixture
{
    public override string Name => $"{poller}";

    public override bool IsNative => true;

    public override bool SubMillisecond => true;

    public override IOLoop Create(IOLoopOptions? options = null) => Create(options, null);

    public PollIOLoop Create(IOLoopOptions? options, TimeProvider? clock) => new(new PollIOLoopOptions
    {
        Name = options?.Name,
        LoggerFactory = options?.LoggerFactory,
        Poller = poller,
        TimeProvider = clock,
    });
}
