using IOLoops.Conformance;

namespace IOLoops.VsThreading.Tests.Loops;

/// <summary>A native loop that runs on a thread of its own until this is disposed.</summary>
internal sealed class LoopThread : IDisposable
{
    private readonly Thread _thread;

    internal LoopThread()
    {
        _thread = new Thread(Loop.Start) { IsBackground = true, Name = "Native loop" };
        _thread.UnsafeStart();
        Bounded.Await(Loop.InvokeAsync(static () => { }), "the native loop");
    }

    internal PollIOLoop Loop { get; } = new();

    public void Dispose()
    {
        Loop.Stop();
        if (!_thread.Join(Bounded.Patience))
            throw new TimeoutException("The native loop has not stopped.");
        Loop.Close();
    }
}
