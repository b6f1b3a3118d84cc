namespace IOLoops.DocsExamples;

public sealed class PoolHost : ILoopHost
{
    // Called from any thread. It queues the turn, and never blocks.
    public void Post(Action turn) => ThreadPool.UnsafeQueueUserWorkItem(static turn => turn(), turn, preferLocal: false);
}
