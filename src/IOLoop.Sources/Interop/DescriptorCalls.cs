namespace IOLoops.Sources.Interop;

/// <summary>One system call each, again when a signal interrupts it. Each returns a count, or -1 and errno.</summary>
internal static unsafe class DescriptorCalls
{
    private static volatile bool s_knowsVectors = OperatingSystem.IsLinux();

    /// <summary>Whether the C library has preadv2 and pwritev2, which can be asked not to wait.</summary>
    internal static bool KnowsVectors => s_knowsVectors;

    internal static int Read(int fd, byte* start, int length, out int errno)
    {
        nint count;
        do
        {
            count = Libc.read(fd, start, (nuint)length);
            errno = count < 0 ? Errno.Last : Errno.Ok;
        }
        while (errno == Errno.EINTR);
        return (int)count;
    }

    internal static int Write(int fd, byte* start, int length, out int errno)
    {
        nint count;
        do
        {
            count = Libc.write(fd, start, (nuint)length);
            errno = count < 0 ? Errno.Last : Errno.Ok;
        }
        while (errno == Errno.EINTR);
        return (int)count;
    }

    internal static int Receive(int fd, byte* start, int length, out int errno)
    {
        nint count;
        do
        {
            count = Libc.recv(fd, start, (nuint)length, Libc.ReceiveFlags);
            errno = count < 0 ? Errno.Last : Errno.Ok;
        }
        while (errno == Errno.EINTR);
        return (int)count;
    }

    internal static int Send(int fd, byte* start, int length, out int errno)
    {
        nint count;
        do
        {
            count = Libc.send(fd, start, (nuint)length, Libc.SendFlags);
            errno = count < 0 ? Errno.Last : Errno.Ok;
        }
        while (errno == Errno.EINTR);
        return (int)count;
    }

    internal static int ReadNoWait(int fd, byte* start, int length, out int errno)
    {
        var vector = new IoVector { Start = start, Length = (nuint)length };
        try
        {
            nint count;
            do
            {
                count = Libc.preadv2(fd, &vector, 1, Libc.CurrentPosition, Libc.NoWait);
                errno = count < 0 ? Errno.Last : Errno.Ok;
            }
            while (errno == Errno.EINTR);
            return (int)count;
        }
        catch (EntryPointNotFoundException)
        {
            return WithoutVectors(out errno);
        }
    }

    internal static int WriteNoWait(int fd, byte* start, int length, out int errno)
    {
        var vector = new IoVector { Start = start, Length = (nuint)length };
        try
        {
            nint count;
            do
            {
                count = Libc.pwritev2(fd, &vector, 1, Libc.CurrentPosition, Libc.NoWait);
                errno = count < 0 ? Errno.Last : Errno.Ok;
            }
            while (errno == Errno.EINTR);
            return (int)count;
        }
        catch (EntryPointNotFoundException)
        {
            return WithoutVectors(out errno);
        }
    }

    /// <summary>Asked each time: the flags belong to all that share the open file, and any of them may change them.</summary>
    internal static bool IsNonBlocking(int fd) => (Libc.fcntl(fd, Libc.GetFlags, 0) & Libc.NonBlocking) != 0;

    internal static bool IsReady(int fd, short events)
    {
        var poll = new PollEntry { Descriptor = fd, Events = events };
        return Libc.poll(&poll, 1, 0) > 0; // a signal may end even a poll that does not wait
    }

    internal static bool HasDatagrams(int fd)
    {
        int type = 0;
        uint length = sizeof(int);
        return Libc.getsockopt(fd, Libc.SocketLevel, Libc.SocketType, &type, &length) == 0 && type == Libc.Datagram;
    }

    internal static FileAccess AccessOf(int fd) => (Libc.fcntl(fd, Libc.GetFlags, 0) & Libc.AccessMode) switch
    {
        Libc.ReadOnly => FileAccess.Read,
        Libc.WriteOnly => FileAccess.Write,
        _ => FileAccess.ReadWrite,
    };

    private static int WithoutVectors(out int errno)
    {
        s_knowsVectors = false; // an old C library
        errno = Errno.ENOSYS;
        return -1;
    }
}
