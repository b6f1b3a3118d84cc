namespace IOLoops.Rx;

/// <summary>
/// Something scheduled: at once what the loop runs and what the caller disposes of, so that scheduling allocates one object.
/// </summary>
/// <remarks>
/// What the loop calls is one delegate of the scheduler's: a delegate of a generic class would have to be looked up by its
/// type argument, and an item that is due at once need not know its scheduler.
/// </remarks>
internal abstract class ScheduledWork : IDisposable
{
    /// <summary>On the loop's thread, when its turn has come.</summary>
    internal abstract void Run(IOLoopScheduler scheduler);

    public abstract void Dispose();
}
