using System.Text;
using Microsoft.Win32.SafeHandles;

namespace IOLoops.Sources.Interop;

/// <summary>An inotify descriptor: non-blocking, and closed in child processes.</summary>
internal sealed unsafe class Inotify : IDisposable
{
    private const InotifyMask Watched = InotifyMask.Create | InotifyMask.Delete | InotifyMask.MovedFrom | InotifyMask.MovedTo
        | InotifyMask.Modify | InotifyMask.CloseWrite | InotifyMask.Attributes | InotifyMask.MoveSelf
        | InotifyMask.OnlyFolder | InotifyMask.ExcludeUnlinked;

    private readonly SafeFileHandle _handle;

    /// <exception cref="IOException">No descriptor or no inotify instance is left.</exception>
    internal Inotify()
    {
        int fd = Libc.inotify_init1(Libc.CloseOnExec | Libc.NonBlocking);
        if (fd < 0)
        {
            int errno = Errno.Last;
            throw errno == Errno.EMFILE
                ? new IOException($"inotify_init1 failed: {Errno.Describe(errno)}. Raise the sysctl fs.inotify.max_user_instances or the process's limit of open files (ulimit -n), or use one FolderWatch for several folders.", errno)
                : Errno.Failure("inotify_init1", errno);
        }
        _handle = new SafeFileHandle(fd, ownsHandle: true);
        Descriptor = _handle;
    }

    internal FileDescriptor Descriptor { get; }

    /// <summary>How many bytes of events wait to be read.</summary>
    internal int UnreadBytes
    {
        get
        {
            using var hold = new DescriptorHold(Descriptor);
            int count = 0;
            return Libc.ioctl(hold.Fd, Libc.GetUnreadBytes, &count) == 0 ? count : 0;
        }
    }

    /// <summary>Watches the folder that is open, whatever has its path now.</summary>
    /// <returns>The watch: the same number for the same folder. Or -1 and an errno.</returns>
    internal int Watch(OpenFolder folder, out int errno)
    {
        using var hold = new DescriptorHold(Descriptor);
        int watch = AddWatch(hold.Fd, Encoding.ASCII.GetBytes($"/proc/self/fd/{folder.Descriptor}\0"), out errno);
        if (watch < 0 && errno is Errno.ENOENT or Errno.ENOTDIR)
            watch = AddWatch(hold.Fd, RawPath.ToBytes(folder.Path), out errno); // without /proc
        return watch;
    }

    internal void Unwatch(int watch)
    {
        using var hold = new DescriptorHold(Descriptor);
        _ = Libc.inotify_rm_watch(hold.Fd, watch); // fails when the kernel has removed it already
    }

    /// <returns>How many bytes; 0: there are no events now.</returns>
    internal int Read(Span<byte> buffer)
    {
        using var hold = new DescriptorHold(Descriptor);
        fixed (byte* start = buffer)
        {
            while (true)
            {
                nint count = Libc.read(hold.Fd, start, (nuint)buffer.Length);
                if (count >= 0)
                    return (int)count;
                int errno = Errno.Last;
                if (errno == Errno.EAGAIN)
                    return 0;
                if (errno != Errno.EINTR)
                    throw Errno.Failure("Reading inotify events", errno);
            }
        }
    }

    /// <summary>A loop that waits for it holds it open until it no longer does.</summary>
    public void Dispose() => _handle.Dispose();

    private static int AddWatch(int fd, ReadOnlySpan<byte> path, out int errno)
    {
        fixed (byte* start = path)
        {
            int watch = Libc.inotify_add_watch(fd, start, (uint)Watched);
            errno = watch < 0 ? Errno.Last : Errno.Ok;
            return watch;
        }
    }
}
