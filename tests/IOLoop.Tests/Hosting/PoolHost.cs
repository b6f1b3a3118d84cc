namespace IOLoops.Tests.Hosting;

/// <summary>A host without a thread: what is posted runs on the thread pool, several at once.</summary>
public sealed class PoolHost : ILoopHost
{
    private int _turns;

    /// <summary>How many turns have been posted.</summary>
    public int Turns => Volatile.Read(ref _turns);

    public void Post(Action turn)
    {
        Interlocked.Increment(ref _turns);
        ThreadPool.UnsafeQueueUserWorkItem(static turn => turn(), turn, preferLocal: false);
    }
}
