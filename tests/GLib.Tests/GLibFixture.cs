using System.Runtime.InteropServices;
using IOLoops.Conformance;

namespace IOLoops.Samples.Tests;

/// <summary>Loops in GLib's main loop, each on a thread of its own that runs one.</summary>
public sealed class GLibFixture(bool givesWay = false) : LoopFixture
{
    private static readonly string? Missing = NativeLibrary.TryLoad("libglib-2.0.so.0", out _) ? null : "there is no libglib-2.0 here";

    private readonly List<GLibThread> _threads = []; // guarded by itself

    public override string Name => givesWay ? "GLib's main loop, giving way" : "GLib's main loop";

    public override string? Unsupported => Missing;

    public override bool IsPumpable => true;

    public override bool EndsTurnsEarly => givesWay;

    public override IOLoop Create(IOLoopOptions? options = null)
    {
        var thread = new GLibThread();
        lock (_threads)
            _threads.Add(thread);
        return new HostedIOLoop(thread.Host, HostedOptions.From(options, givesWay: givesWay));
    }

    protected override void Dispose(bool disposing)
    {
        lock (_threads)
            _threads.ForEach(thread => thread.Dispose());
        base.Dispose(disposing);
    }
}
