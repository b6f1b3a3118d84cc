namespace IOLoops;

/// <summary>
/// What a file descriptor can be waited for, and what it was found ready for. The values are those of
/// <c>epoll(7)</c> on Linux (<c>EPOLLIN</c>, <c>EPOLLPRI</c>, <c>EPOLLOUT</c>, <c>EPOLLERR | EPOLLHUP</c>,
/// <c>EPOLLRDHUP</c>), on every platform.
/// </summary>
/// <remarks>
/// <see cref="Error"/> is two kernel bits, of which either may be reported alone: test it with
/// <see cref="IOEventsExtensions.HasError"/>, not with <see cref="Enum.HasFlag"/>.
/// </remarks>
[Flags]
public enum IOEvents
{
    /// <summary>Nothing. A handler that is registered for nothing still gets <see cref="Error"/>.</summary>
    None = 0,

    /// <summary>Reading will not block: data, a connection to accept, or end of file.</summary>
    Read = 0x001,

    /// <summary>Exceptional data, such as TCP out-of-band data or a changed sysfs attribute.</summary>
    Priority = 0x002,

    /// <summary>Writing will not block, or a pending connect has ended.</summary>
    Write = 0x004,

    /// <summary>An error or a hang-up (<c>EPOLLERR | EPOLLHUP</c>). Always reported, asked for or not.</summary>
    Error = 0x018,

    /// <summary>The peer has closed its writing half (<c>EPOLLRDHUP</c>). Linux and FreeBSD only.</summary>
    ReadHangUp = 0x2000,
}
