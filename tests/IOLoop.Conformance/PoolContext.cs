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

    /// <summary>Runs unrelated work of the pool until some of it runs on a thread on which a loop has run a turn, where it asks something.</summary>
    /// <param name="loop">A loop that runs turns on the pool. It may use another thread for each turn, so it runs one before each attempt.</param>
    /// <param name="question">What is asked there, between turns.</param>
    /// <returns>The answer.</returns>
    public static bool AskOnThreadOf(IOLoop loop, Func<bool> question)
    {
        ArgumentNullException.ThrowIfNull(loop);
        var threads = new HashSet<int>();
        bool answer = false;
        Bounded.Until(
            () =>
            {
                var turn = loop.InvokeAsync(static () => Environment.CurrentManagedThreadId);
                Bounded.Await(turn, "a callback");
                threads.Add(turn.Result);
                return TryAsk(threads, question, out answer);
            },
            "work of the pool runs on a thread of the loop's turns");
        return answer;
    }

    private static bool TryAsk(HashSet<int> threads, Func<bool> question, out bool answer)
    {
        bool isThere = false, answered = false;
        using var asked = new ManualResetEventSlim();
        ThreadPool.UnsafeQueueUserWorkItem(
            _ =>
            {
                isThere = threads.Contains(Environment.CurrentManagedThreadId);
                answered = isThere && question();
                asked.Set();
            },
            null);
        Bounded.Await(asked, "work of the pool");
        answer = answered;
        return isThere;
    }
}
