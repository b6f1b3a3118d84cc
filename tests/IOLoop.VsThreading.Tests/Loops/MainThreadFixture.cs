using IOLoops.Conformance;
using Microsoft.VisualStudio.Threading;

namespace IOLoops.VsThreading.Tests.Loops;

/// <summary>Loops on the main thread of a context, each on a fresh one.</summary>
public abstract class MainThreadFixture(string name) : LoopFixture
{
    private readonly List<IDisposable> _mains = [];

    public override string Name => $"JTF over {name}";

    public override bool SubMillisecond => OperatingSystem.IsWindows();

    public override bool SeesGhosts => true;

    public override bool IsPumpable => true;

    public override IOLoop Create(IOLoopOptions? options = null)
    {
        var (main, context) = NewMain();
        lock (_mains)
            _mains.Add(main);
        return new JoinableTaskIOLoop(context.Factory, HostedOptions.From(options));
    }

    protected abstract (IDisposable Main, JoinableTaskContext Context) NewMain();

    protected override void Dispose(bool disposing)
    {
        _mains.ForEach(main => main.Dispose());
        base.Dispose(disposing);
    }
}
