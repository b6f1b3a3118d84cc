namespace IOLoops.Rx;

/// <summary>
/// Something scheduled: at once what the loop runs and what the caller disposes of, so that scheduling allocates one object.
/// </summary>
internal abstract class ScheduledWork : ILoopWorkItem, IDisposable
{
    public abstract Delegate? Callback { get; }

    public abstract bool IsCancelled { get; }

    /// <summary>On the loop's thread, in its turn.</summary>
    public abstract void Execute();

    public abstract void Dispose();
}
