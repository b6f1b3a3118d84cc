using IOLoops.Conformance;

namespace IOLoops.Sources.Tests.Loops;

/// <summary>Native loops over one poller.</summary>
public sealed class NativeFixture(PollerKind poller) : LoopFixture
{
    public override string Name => $"{poller}";

    public override bool IsNative => true;

    public override IOLoop Create(IOLoopOptions? options = null) => new PollIOLoop(new PollIOLoopOptions
    {
        Name = options?.Name,
        LoggerFactory = options?.LoggerFactory,
        MaxEventsPerTurn = options?.MaxEventsPerTurn ?? new IOLoopOptions().MaxEventsPerTurn,
        Poller = poller,
    });
}
