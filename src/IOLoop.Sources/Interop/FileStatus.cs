namespace IOLoops.Sources.Interop;

/// <summary>What kind of file a descriptor stands for.</summary>
internal static unsafe class FileStatus
{
    private const int EmptyPath = 0x1000;  // AT_EMPTY_PATH
    private const uint TypeOnly = 1;       // STATX_TYPE
    private const int SizeOfStatx = 256;
    private const int OffsetOfMode = 28;
    private const int Format = 0xf000;     // S_IFMT
    private const int SeekCurrent = 1;

    /// <exception cref="IOException">The number is not open, or the system cannot tell what it stands for.</exception>
    internal static FileKind KindOf(int fd)
    {
        if (Libc.fcntl(fd, Libc.GetFlags, 0) < 0)
            throw Errno.Failure($"Using file descriptor {fd}", Errno.Last);
        if (Libc.isatty(fd) == 1)
            return FileKind.Terminal;
        return KindOfMode(fd);
    }

    private static FileKind KindOfMode(int fd) => ModeOf(fd) switch
    {
        0xc000 => FileKind.Socket,
        0x1000 => FileKind.Pipe,
        0x8000 or 0x6000 => FileKind.Disk,
        _ => FileKind.Other,
    };

    private static int ModeOf(int fd)
    {
        if (!OperatingSystem.IsLinux())
            return GuessMode(fd);
        byte* status = stackalloc byte[SizeOfStatx];
        byte nothing = 0;
        try
        {
            if (Libc.statx(fd, &nothing, EmptyPath, TypeOnly, status) == 0)
                return *(ushort*)(status + OffsetOfMode) & Format;
            int errno = Errno.Last;
            // Linux before 4.11, and sandboxes that do not know the call. Any other failure would make a stream that can do less than its
            // descriptor, and does not say why.
            return errno is Errno.EPERM || errno == Errno.ENOSYS ? GuessMode(fd) : throw Errno.Failure($"Using file descriptor {fd}: statx", errno);
        }
        catch (EntryPointNotFoundException)
        {
            return GuessMode(fd); // musl before 1.2.4
        }
    }

    /// <summary>Each kind answers a call that the others refuse.</summary>
    private static int GuessMode(int fd)
    {
        int type = 0;
        uint length = sizeof(int);
        if (Libc.getsockopt(fd, Libc.SocketLevel, Libc.SocketType, &type, &length) == 0)
            return 0xc000;
        return Libc.lseek(fd, 0, SeekCurrent) switch
        {
            < 0 => 0x1000, // ESPIPE: a pipe or a FIFO, for terminals and sockets were found before
            0 => 0,        // a device or an eventfd, which stay at 0, or a file at its beginning
            _ => 0x8000,
        };
    }
}
