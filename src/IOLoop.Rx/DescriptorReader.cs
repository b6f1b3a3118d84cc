namespace IOLoops.Rx;

/// <summary>Reads descriptors without blocking and without touching their flags.</summary>
/// <remarks>
/// That a descriptor was ready is no promise that it still is: another handler of the same turn, a duplicate or another
/// process may have read it since. So the kernel is asked not to wait (<c>RWF_NOWAIT</c>: pipes since Linux 6.5, sockets,
/// eventfds). What does not know that flag (terminals, inotify, other systems) is asked for readiness once more,
/// immediately before it is read. Windows has sockets alone: <see cref="WinsockReading"/>.
/// </remarks>
internal unsafe struct DescriptorReader()
{
    private static volatile bool s_hasPreadv2 = OperatingSystem.IsLinux();

    private bool _knowsNoWait = true;

    /// <returns>How many bytes, 0 at the end of file, or -1 and errno; EAGAIN when there is nothing to read now.</returns>
    internal int Read(int fd, byte[] buffer, out int errno)
    {
        fixed (byte* start = buffer)
        {
            if (OperatingSystem.IsWindows())
                return WinsockReading.Read(fd, start, buffer.Length, out errno);
            if (_knowsNoWait && s_hasPreadv2)
            {
                int count = ReadNoWait(fd, start, buffer.Length, out errno);
                _knowsNoWait = count >= 0 || errno is not (ReadErrno.EOPNOTSUPP or ReadErrno.ENOSYS);
                // EAGAIN may also mean that a regular file is not in memory: poll, which calls that ready, tells.
                if (_knowsNoWait && errno != ReadErrno.EAGAIN)
                    return count;
            }
            return ReadIfReady(fd, start, buffer.Length, out errno);
        }
    }

    /// <summary>Whether a read of no bytes is an empty message, not the end.</summary>
    internal static bool IsDatagramSocket(int fd)
    {
        if (OperatingSystem.IsWindows())
            return WinsockReading.IsDatagramSocket(fd);
        int type = 0;
        uint length = sizeof(int);
        return LibcReading.getsockopt(fd, LibcReading.SocketLevel, LibcReading.SocketType, &type, &length) == 0
            && type == LibcReading.Datagram;
    }

    internal static bool IsTerminal(int fd) => !OperatingSystem.IsWindows() && LibcReading.isatty(fd) == 1;

    private static int ReadNoWait(int fd, byte* start, int length, out int errno)
    {
        var vector = new IoVector { Start = start, Length = (nuint)length };
        try
        {
            nint count;
            do
            {
                count = LibcReading.preadv2(fd, &vector, 1, LibcReading.CurrentPosition, LibcReading.NoWait);
                errno = count < 0 ? ReadErrno.Last : 0;
            }
            while (errno == ReadErrno.EINTR);
            return (int)count;
        }
        catch (EntryPointNotFoundException)
        {
            s_hasPreadv2 = false; // an old C library
            errno = ReadErrno.ENOSYS;
            return -1;
        }
    }

    private static int ReadIfReady(int fd, byte* start, int length, out int errno)
    {
        var poll = new PollEntry { Descriptor = fd, Events = LibcReading.Readable };
        if (LibcReading.poll(&poll, 1, 0) <= 0) // a signal may end even a poll that does not wait, with nothing ready
        {
            errno = ReadErrno.EAGAIN;
            return -1;
        }
        nint count;
        do
        {
            count = LibcReading.read(fd, start, (nuint)length);
            errno = count < 0 ? ReadErrno.Last : 0;
        }
        while (errno == ReadErrno.EINTR);
        return (int)count;
    }
}
