using IOLoops.Conformance;

namespace IOLoops.Sources.Tests.Loops;

/// <summary>Loops on a thread that is pumped.</summary>
public abstract class MainThreadFixture : LoopFixture
{
    private readonly List<MainThread> _mains = [];

    private protected MainThread NewMain()
    {
        var main = new MainThread();
        _mains.Add(main);
        return main;
    }

    protected override void Dispose(bool disposing)
    {
        _mains.ForEach(main => main.Dispose());
        base.Dispose(disposing);
    }
}
