namespace IOLoops;

/// <summary>
/// A host that can be run on the calling thread: <see cref="HostedIOLoop.Start"/> and RunSync do so there, instead of blocking.
/// </summary>
public interface IPumpableHost : IHostThread
{
    /// <summary>Whether <see cref="Pump"/> can run the host on this thread now.</summary>
    bool CanPump { get; }

    /// <summary>
    /// Runs the host on the calling thread until a task has ended. It may be called while the host runs a turn further up the
    /// stack, which the host's turns then are nested in.
    /// </summary>
    void Pump(Task until);
}
