using IOLoops.Hosting;

namespace IOLoops.Coyote;

/// <summary>A host with as many threads as it has work. It fails from one of its posts on, if it is given which.</summary>
internal sealed class ManyThreadsHost(int failsFrom = int.MaxValue) : ILoopHost
{
    private int _posts; // interlocked

    public void Post(Action turn)
    {
        if (Interlocked.Increment(ref _posts) >= failsFrom)
            throw new ObjectDisposedException(nameof(ManyThreadsHost));
        Threads.Start(turn);
    }
}
