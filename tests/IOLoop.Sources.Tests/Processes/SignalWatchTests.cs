using IOLoops.Sources.Tests.Loops;
using Xunit;

namespace IOLoops.Sources.Tests.Processes;

/// <summary>The same without pidfds, as on systems that have none.</summary>
[Collection(nameof(Alone))]
public sealed class Children_watched_by_signals : ChildProcessTests
{
    private const string Switch = "IOLoops.Sources.WatchChildrenBySignal";

    public Children_watched_by_signals()
        : base(new NativeFixture(PollerKind.Epoll)) => AppContext.SetSwitch(Switch, true);

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        AppContext.SetSwitch(Switch, false);
    }
}
