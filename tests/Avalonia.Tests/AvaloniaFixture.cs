using IOLoops.Conformance;

namespace IOLoops.AvaloniaTests;

/// <summary>Loops on Avalonia's UI thread. All share the one dispatcher of the process, so what a test leaves running is stopped after it.</summary>
public sealed class AvaloniaFixture(AvaloniaKind kind) : LoopFixture
{
    private static readonly long?[] s_bytesPerTurn = new long?[Enum.GetValues<AvaloniaKind>().Length];

    // Now: the suite asks for it on the UI thread, which then cannot measure.
    private readonly long _bytesPerTurn = s_bytesPerTurn[(int)kind] ??= PostCost.Of(AvaloniaLoops.PostWith(kind));
    private readonly List<WeakReference<IOLoop>> _loops = []; // weak: that loops can be collected is tested

    public override string Name => $"Avalonia's {kind}";

    public override bool SeesGhosts => true;

    public override bool EndsTurnsEarly => true;

    public override long BytesPerTurn => _bytesPerTurn;

    public override IOLoop Create(IOLoopOptions? options = null)
    {
        var loop = AvaloniaLoops.Create(kind, HostedOptions.From(options, givesWay: true));
        lock (_loops)
            _loops.Add(new WeakReference<IOLoop>(loop));
        return loop;
    }

    protected override void Dispose(bool disposing)
    {
        foreach (var created in _loops)
        {
            if (!created.TryGetTarget(out var loop) || !loop.IsRunning)
                continue;
            loop.Stop();
            Bounded.Until(() => !loop.IsRunning, "the loop has stopped");
            loop.Close();
        }
        base.Dispose(disposing);
    }
}
