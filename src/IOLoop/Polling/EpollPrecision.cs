namespace IOLoops.Polling;

/// <summary>How an epoll set is waited on for a time that is no whole number of milliseconds.</summary>
internal enum EpollPrecision
{
    /// <summary><c>epoll_pwait2</c>: Linux 5.11 and glibc 2.35.</summary>
    Pwait2,

    /// <summary>A <c>timerfd</c> in the set: two more system calls per wait.</summary>
    TimerFd,

    /// <summary>Rounding up to whole milliseconds: late, never early.</summary>
    Millisecond,
}
