namespace IOLoops;

public abstract partial class IOLoop
{
    private int _threadId; // of a loop without a core: the thread that runs it, 0: none known. Written by that thread

    /// <summary>
    /// Whether the calling thread is the one that runs the loop now. Hosted loops: inside a turn, or where the host says that
    /// the calling thread is its own. Any thread.
    /// </summary>
    public bool IsOnLoopThread => Core is { } core
        ? core.Gate.IsOnLoopThread || core.Gate.IsOnHostThread
        : Volatile.Read(ref _threadId) == Environment.CurrentManagedThreadId;

    /// <summary>
    /// For authors of loops that are built on the abstract members alone: until the result is disposed, the calling thread is the
    /// loop's.
    /// </summary>
    /// <remarks>
    /// Meanwhile <see cref="IsOnLoopThread"/> is true on this thread, <see cref="Current"/> is this loop, an <c>await</c>
    /// resumes on the loop, <see cref="System.Threading.SynchronizationContext.Send"/> runs inline instead of waiting for
    /// itself, and the members of this class that add timeouts, waits and asynchronous handlers refuse other threads. Hold it
    /// for a whole run, or for each turn. Scopes nest, on one thread, and end in reverse order. <see cref="RunCallback"/>
    /// enters one by itself where there is none.
    /// </remarks>
    /// <exception cref="InvalidOperationException">
    /// Another thread is the loop's now; or this is a loop of this library, which knows its thread by itself.
    /// </exception>
    protected LoopThreadScope EnterLoopThread()
    {
        if (Core is not null)
            throw new InvalidOperationException($"{Name} knows by itself which thread runs it. EnterLoopThread is for loops that are built on the abstract members of IOLoop alone.");
        int before = ClaimLoopThread();
        if (before != 0 && before != Environment.CurrentManagedThreadId)
            throw new InvalidOperationException($"{Name} is run by another thread now. Leave its scope there before you enter one here.");
        return new LoopThreadScope(this, before);
    }

    internal void LeaveLoopThread(int before) => Volatile.Write(ref _threadId, before);

    /// <returns>Which thread the loop belonged to; 0: none, and it belongs to this one now.</returns>
    private int ClaimLoopThread() => Interlocked.CompareExchange(ref _threadId, Environment.CurrentManagedThreadId, 0);

    /// <summary>
    /// Loops with a core check where they must. Of the others only those that say which thread is theirs can be checked.
    /// </summary>
    private void VerifyLoopThread()
    {
        if (Core is null)
            VerifyOwnThread();
    }

    private void VerifyOwnThread()
    {
        int thread = Volatile.Read(ref _threadId);
        if (thread != 0 && thread != Environment.CurrentManagedThreadId)
            throw new InvalidOperationException($"{Name} runs on another thread, and only that thread may use its descriptors and timeouts. Pass the call to AddCallback.");
    }
}
