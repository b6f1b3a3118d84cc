using IOLoops.Conformance;
using IOLoops.Polling;
using Shouldly;

namespace IOLoops.Tests.Hosting;

/// <summary>Loops in a <see cref="StrictHost"/>; fails the test when the host has found a fault.</summary>
public sealed class StrictHostFixture(bool isPumpable, PollerKind poller = PollerKind.Epoll, bool mayNest = false, bool runsInline = false, bool sharesPort = false) : LoopFixture
{
    private readonly List<StrictHost> _hosts = [];

    public override string Name => $"a strict {(isPumpable ? "pumped " : "")}{(mayNest ? "nesting " : "")}{(runsInline ? "inline " : "")}host over {poller}{(sharesPort ? " with a shared port" : "")}";

    public override bool IsPumpable => isPumpable;

    public override string? Unsupported => HostedFixtures.Unsupported(poller);

    public override bool SubMillisecond => OperatingSystem.IsWindows();

    public override bool KernelJudgesReuse => poller is not (PollerKind.Poll or PollerKind.Afd);

    public override bool SeesGhosts => poller == PollerKind.Epoll;

    public override IOLoop Create(IOLoopOptions? options = null)
    {
        var host = mayNest ? new NestingHost() : runsInline ? new InlineStrictHost() : new StrictHost(isPumpable);
        lock (_hosts)
            _hosts.Add(host);
        var hosted = HostedOptions.From(options, poller);
        return sharesPort ? new HostedIOLoop(host, hosted, NewSharingPoller) : new HostedIOLoop(host, hosted);
    }

    private static AfdPoller NewSharingPoller(PollerKind kind) =>
        OperatingSystem.IsWindows() ? new AfdPoller(new SharedAfdPort()) : throw new PlatformNotSupportedException($"{kind}");

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            foreach (var host in _hosts)
                host.Dispose();
            _hosts.SelectMany(host => host.Faults).ShouldBeEmpty();
        }
        base.Dispose(disposing);
    }
}
