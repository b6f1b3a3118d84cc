using IOLoops.Conformance;

namespace IOLoops.Tests.Hosting;

/// <summary>Loops in a SynchronizationContext with one thread.</summary>
public sealed class ContextFixture(PollerKind poller = PollerKind.Epoll, bool runsInline = false) : LoopFixture
{
    private readonly List<QueueContext> _contexts = [];

    public override string Name => $"a SynchronizationContext {(runsInline ? "that runs inline " : "")}over {poller}";

    public override string? Unsupported => HostedFixtures.Unsupported(poller);

    public override bool SubMillisecond => OperatingSystem.IsWindows();

    public override bool KernelJudgesReuse => poller is not (PollerKind.Poll or PollerKind.Afd);

    public override bool SeesGhosts => poller == PollerKind.Epoll;

    public override IOLoop Create(IOLoopOptions? options = null)
    {
        var context = new QueueContext { RunsInline = runsInline };
        lock (_contexts)
            _contexts.Add(context);
        return new SynchronizationContextIOLoop(context, HostedOptions.From(options, poller));
    }

    protected override void Dispose(bool disposing)
    {
        foreach (var context in _contexts)
            context.Dispose();
        base.Dispose(disposing);
    }
}
