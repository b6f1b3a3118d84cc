using IOLoops.Sources.Processes;
using Microsoft.Win32.SafeHandles;

namespace IOLoops.Sources.Interop;

/// <summary>
/// A descriptor that becomes readable when a child has ended, and stays so. On Linux a pidfd, on macOS and FreeBSD a kqueue; where
/// neither can be had, a pipe that <see cref="ChildSignals"/> closes.
/// </summary>
internal sealed class ExitNotice : IDisposable
{
    // The same numbers on every processor; the C library's own names are recent.
    private const int PidfdOpen = 434;
    private const int PidfdSendSignal = 424;
    private const nint ProcessGroup = 4; // PIDFD_SIGNAL_PROCESS_GROUP, Linux 6.9

    private readonly SafeFileHandle _handle;
    private readonly bool _isPidfd;

    private ExitNotice(SafeFileHandle handle, bool isPidfd)
    {
        _handle = handle;
        _isPidfd = isPidfd;
    }

    internal nint Descriptor => _handle.DangerousGetHandle();

    /// <summary>For a child that was not reaped: no other process can have got its number.</summary>
    /// <exception cref="IOException">No descriptors are left.</exception>
    internal static ExitNotice Open(int id)
    {
        if (OperatingSystem.IsLinux() && !ChildSignals.IsForced)
        {
            int fd = (int)Libc.syscall(PidfdOpen, id, 0, 0, 0);
            int errno = fd < 0 ? Errno.Last : Errno.Ok;
            if (fd >= 0)
                return new ExitNotice(new SafeFileHandle(fd, ownsHandle: true), isPidfd: true);
            if (errno is Errno.EMFILE or Errno.ENFILE or Errno.ENOMEM)
                throw Errno.Failure("pidfd_open", errno);
            // Linux before 5.3, or a sandbox that does not know the call. Or the child is gone already, because SIGCHLD is ignored.
        }
        else if ((OperatingSystem.IsMacOS() || OperatingSystem.IsFreeBSD()) && !ChildSignals.IsForced && ProcessQueue.TryOpen(id) is { } queue)
        {
            return new ExitNotice(queue, isPidfd: false);
        }
        return OpenPipe(id);
    }

    /// <summary>What works everywhere.</summary>
    internal static ExitNotice OpenPipe(int id) => new(ChildSignals.Add(id), isPidfd: false);

    /// <summary>Sends a signal by the pidfd, which never hits another process.</summary>
    /// <returns>Zero, an errno, or ENOSYS: it cannot be done this way.</returns>
    internal int Send(int signal, bool toGroup)
    {
        if (!_isPidfd)
            return Errno.ENOSYS;
        if (Libc.syscall(PidfdSendSignal, Descriptor, signal, 0, toGroup ? ProcessGroup : 0) >= 0)
            return Errno.Ok;
        int errno = Errno.Last;
        return errno == Errno.EINVAL && toGroup ? Errno.ENOSYS : errno;
    }

    public void Dispose()
    {
        if (!_isPidfd)
            ChildSignals.Remove(_handle);
        _handle.Dispose();
    }
}
