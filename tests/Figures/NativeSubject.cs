using IOLoops;

namespace Figures;

/// <summary>A native loop on a thread of its own.</summary>
internal sealed class NativeSubject : Subject
{
    private readonly PollIOLoop _loop;
    private readonly Task _run;

    internal NativeSubject(string kind, PollerKind poller, WakerKind waker)
    {
        Kind = kind;
        _loop = new PollIOLoop(new PollIOLoopOptions { Name = kind, Poller = poller, Waker = waker });
        _run = _loop.RunAsync();
        var id = _loop.InvokeAsync(Libc.gettid);
        Bounded.Wait(id, "the loop's thread tells its number");
        Threads = [new MeasuredThread("loop", id.Result, waitsForDescriptors: true)];
    }

    internal override string Kind { get; }

    internal override IOLoop Loop => _loop;

    internal override IReadOnlyList<MeasuredThread> Threads { get; }

    public override void Dispose()
    {
        _loop.Stop();
        Bounded.Wait(_run, "the loop stops");
        _loop.Close();
    }
}
