namespace IOLoops;

/// <summary>
/// Work for <see cref="IOLoop.AddWorkItem"/> that can say what it is. A loop that is closed names it in its log entry by the delegate
/// that it was made for, and does not report it when it was cancelled.
/// </summary>
/// <remarks>The loop asks while it closes, on the thread that closes it. The members must neither block nor throw.</remarks>
public interface ILoopWorkItem : IThreadPoolWorkItem
{
    /// <summary>The delegate that the work was made for; <see langword="null"/>: unknown.</summary>
    Delegate? Callback { get; }

    /// <summary>Whether running it would do nothing any more.</summary>
    bool IsCancelled { get; }
}
