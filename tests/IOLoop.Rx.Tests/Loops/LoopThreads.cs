namespace IOLoops.Rx.Tests.Loops;

/// <summary>Native loops, each running on a thread of its own until this is disposed.</summary>
internal sealed class LoopThreads : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly List<(PollIOLoop Loop, Thread Thread)> _running = [];

    internal PollIOLoop Start()
    {
        var loop = new PollIOLoop();
        var thread = new Thread(loop.Start) { IsBackground = true, Name = "Native loop" };
        thread.UnsafeStart();
        lock (_running)
            _running.Add((loop, thread));
        return loop;
    }

    public void Dispose()
    {
        foreach (var (loop, thread) in _running)
        {
            loop.Stop();
            if (!thread.Join(Patience))
                throw new TimeoutException("A native loop has not stopped.");
            loop.Close();
        }
        _running.Clear();
    }
}
