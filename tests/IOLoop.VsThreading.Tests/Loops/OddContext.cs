namespace IOLoops.VsThreading.Tests.Loops;

/// <summary>Posts to a main thread like its own context, unless a test makes it behave in another way; and counts.</summary>
internal sealed class OddContext(SynchronizationContext inner) : SynchronizationContext
{
    private int _posts;

    internal int Posts => Volatile.Read(ref _posts);

    /// <summary>What a post throws; null: nothing.</summary>
    internal volatile Exception? Failure;

    /// <summary>Whether a post runs its work itself.</summary>
    internal volatile bool IsInline;

    /// <summary>A thread whose posts run at once, as with some dispatchers of user interfaces; null: none.</summary>
    internal volatile Thread? InlineThread;

    /// <summary>Whether a post is taken and forgotten, as by a context that is being disposed.</summary>
    internal volatile bool IsForgetful;

    public override void Post(SendOrPostCallback d, object? state)
    {
        Interlocked.Increment(ref _posts);
        if (Failure is { } failure)
            throw failure;
        if (IsInline || Thread.CurrentThread == InlineThread)
            d(state);
        else if (!IsForgetful)
            inner.Post(d, state);
    }

    public override SynchronizationContext CreateCopy() => this;
}
