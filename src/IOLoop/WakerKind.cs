namespace IOLoops;

/// <summary>How another thread wakes a loop that sleeps in its poller.</summary>
public enum WakerKind
{
    /// <summary>The best that the platform has: an eventfd on Linux, a kqueue's user event on macOS and FreeBSD, a completion packet on Windows.</summary>
    Default,

    /// <summary><c>eventfd(2)</c>: Linux. One descriptor.</summary>
    EventFd,

    /// <summary>A non-blocking pipe: every Unix. Two descriptors.</summary>
    Pipe,

    /// <summary>Two sockets, connected over the loopback: everywhere. Two descriptors.</summary>
    SocketPair,

    /// <summary><c>EVFILT_USER</c> of <c>kqueue(2)</c>: macOS and FreeBSD. No descriptor.</summary>
    UserEvent,

    /// <summary>A packet posted to the completion port of <see cref="PollerKind.Afd"/>: Windows. No descriptor.</summary>
    CompletionPacket,
}
