namespace IOLoops;

/// <summary>Options of a <see cref="HostedIOLoop"/>. Read once, when the loop is constructed.</summary>
public class HostedIOLoopOptions : IOLoopOptions
{
    /// <summary>
    /// Which system interface to ask for ready descriptors. All loops over <see cref="PollerKind.Epoll"/> share one thread
    /// that waits for them. Each loop over <see cref="PollerKind.Poll"/> needs its own.
    /// </summary>
    public PollerKind Poller { get; set; }
}
