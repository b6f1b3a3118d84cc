namespace IOLoops.Conformance;

/// <summary>Posts to the thread pool, where it is current meanwhile: as the contexts of some servers and test runners do.</summary>
public sealed class PoolContext : SynchronizationContext
{
    public override void Post(SendOrPostCallback d, object? state) => ThreadPool.UnsafeQueueUserWorkItem(
        static item =>
        {
            SetSynchronizationContext(item.Context);
            try
            {
                item.Callback(item.State);
            }
            finally
            {
                SetSynchronizationContext(null);
            }
        },
        (Callback: d, State: state, Context: this),
        preferLocal: false);

    public override SynchronizationContext CreateCopy() => this;

    /// <summary>Runs unrelated work of the pool until some of it runs on a given thread, where it asks something.</summary>
    /// <returns>The answer.</returns>
    public static bool AskOn(int threadId, Func<bool> question)
    {
        bool answer = false;
        using var asked = new AutoResetEvent(false);
        Bounded.Until(
            () =>
            {
                bool isThere = false;
                ThreadPool.UnsafeQueueUserWorkItem(
                    _ =>
                    {
                        isThere = Environment.CurrentManagedThreadId == threadId;
                        if (isThere)
                            answer = question();
                        asked.Set();
                    },
                    null);
                return asked.WaitOne(Bounded.Patience) && isThere;
            },
            "work of the pool runs on that thread");
        return answer;
    }
}
