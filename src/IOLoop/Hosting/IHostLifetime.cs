namespace IOLoops;

/// <summary>A host that keeps something for a loop as long as that runs.</summary>
public interface IHostLifetime : ILoopHost
{
    /// <summary>
    /// A run of the loop is about to begin. Any thread; no other run can begin before <see cref="OnRunEnded"/>. An exception
    /// from it is thrown by <see cref="HostedIOLoop.Attach()"/>.
    /// </summary>
    void OnRunBeginning();

    /// <summary>
    /// A run of the loop ends: the host may release what it keeps for it. A turn may still be posted, which will do nothing,
    /// or be the first of the next run. Any thread. An exception from it means that the host is gone, and ends the run.
    /// </summary>
    void OnRunEnded();
}
