namespace IOLoops.Rx;

/// <summary>
/// Something scheduled: at once what the loop runs and what the caller disposes of, so that scheduling allocates one object.
/// </summary>
internal abstract class ScheduledWork : IThreadPoolWorkItem, IDisposable
{
    /// <summary>On the loop's thread, when its turn has come.</summary>
    public abstract void Execute();

    public abstract void Dispose();
}
