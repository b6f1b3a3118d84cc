using IOLoops.Conformance;

namespace IOLoops.Tests.Hosting;

/// <summary>Loops in the <see cref="PumpedSynchronizationContext"/> of a main loop that sleeps until it is woken.</summary>
public sealed class PumpedContextFixture : LoopFixture
{
    private readonly List<MainLoop> _mains = []; // guarded by itself

    public override string Name => "a pumped SynchronizationContext";

    public override bool SeesGhosts => !OperatingSystem.IsWindows();

    public override IOLoop Create(IOLoopOptions? options = null)
    {
        var main = new MainLoop();
        lock (_mains)
            _mains.Add(main);
        return new SynchronizationContextIOLoop(main.Context, HostedOptions.From(options));
    }

    protected override void Dispose(bool disposing)
    {
        foreach (var main in _mains)
            main.Dispose();
        base.Dispose(disposing);
    }
}
