using IOLoops.Interop;

namespace IOLoops.Polling;

/// <summary>What this kernel and this C library can do, found by trying once.</summary>
internal static class EpollPrecisions
{
    internal static EpollPrecision Best { get; } = Probe();

    private static unsafe EpollPrecision Probe()
    {
        try
        {
            // A bad descriptor is EBADF where the call exists; ENOSYS where the kernel lacks it, EPERM where a sandbox does.
            var zero = default(Timespec);
            if (Libc.epoll_pwait2(-1, null, 1, &zero, null) < 0 && Errno.Last == Errno.EBADF)
                return EpollPrecision.Pwait2;
        }
        catch (EntryPointNotFoundException)
        {
            // The C library lacks it: musl, and glibc before 2.35.
        }
        int timer = Libc.timerfd_create(Libc.ClockMonotonic, Libc.NonBlock | Libc.CloseOnExec);
        if (timer < 0)
            return EpollPrecision.Millisecond;
        NativeFile.Close(timer);
        return EpollPrecision.TimerFd;
    }
}
