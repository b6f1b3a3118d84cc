namespace IOLoops;

/// <summary>Which system interface a loop waits with.</summary>
public enum PollerKind
{
    /// <summary>The best that the platform has: epoll on Linux, kqueue on macOS and FreeBSD, AFD polls on Windows.</summary>
    Default,

    /// <summary><c>epoll(7)</c>: Linux.</summary>
    Epoll,

    /// <summary><c>kqueue(2)</c>: macOS and the BSDs.</summary>
    Kqueue,

    /// <summary><c>poll(2)</c>, and <c>WSAPoll</c> on Windows: everywhere; each turn costs time in proportion to the number of registered descriptors.</summary>
    Poll,

    /// <summary>Polls by the AFD driver, over an I/O completion port: Windows. Idle sockets cost nothing.</summary>
    Afd,
}
