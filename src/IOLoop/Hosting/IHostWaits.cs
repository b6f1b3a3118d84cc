namespace IOLoops;

/// <summary>A host that can tell its own thread not to wait for a thread that waits for the loop.</summary>
public interface IHostWaits : ILoopHost
{
    /// <summary>
    /// The calling thread, which is not the host's, is about to block until the loop stops; what this returns is disposed when it
    /// resumes.
    /// </summary>
    IDisposable? EnterWait();
}
