namespace IOLoops.Conformance;

/// <summary>
/// Pipes, eventfds and sockets of the C library (Linux). Each gets a number that is not used a second time in this
/// process, so that a test may close one and still know that no other code has its number.
/// </summary>
internal sealed unsafe class UnixDescriptors : IDescriptorSystem
{
    private const int Lowest = 2000;

    private int _next;

    internal UnixDescriptors()
    {
        ulong* limits = stackalloc ulong[2];
        Descriptors.Check(Libc.getrlimit(Libc.LimitOfFiles, limits), "getrlimit");
        Maximum = (int)Math.Min(limits[0], 1 << 20);
    }

    public int Maximum { get; }

    public (int Read, int Write) Pipe()
    {
        int* ends = stackalloc int[2];
        Descriptors.Check(Libc.pipe2(ends, Libc.CloseOnExec | Libc.NonBlock), "pipe2");
        return (Unique(ends[0]), Unique(ends[1]));
    }

    public (int Left, int Right) SocketPair()
    {
        int* ends = stackalloc int[2];
        Descriptors.Check(Libc.socketpair(Libc.UnixDomain, Libc.Stream | Libc.CloseOnExec | Libc.NonBlock, 0, ends), "socketpair");
        return (Unique(ends[0]), Unique(ends[1]));
    }

    public (int Number, int Partner) Signal()
    {
        int number = Unique(Descriptors.Check(Libc.eventfd(0, Libc.CloseOnExec | Libc.NonBlock), "eventfd"));
        return (number, number);
    }

    public void RaiseSignal(int partner)
    {
        ulong one = 1;
        Descriptors.Check((int)Libc.write(partner, &one, sizeof(ulong)), "write");
    }

    public int Unused()
    {
        var (number, _) = Signal();
        Close(number);
        return number;
    }

    public int Duplicate(int fd, int lowest)
    {
        if (lowest == 0)
        {
            // A process with a small limit has to reuse numbers; its tests then must not run in parallel.
            int range = Maximum - Lowest - 64;
            lowest = range > Lowest ? Lowest + (Interlocked.Increment(ref _next) % range) : 64;
        }
        return Descriptors.Check(Libc.fcntl(fd, Libc.DuplicateCloseOnExec, lowest), "fcntl");
    }

    public void Replace(int number, int by) => Descriptors.Check(Libc.dup2(by, number), "dup2");

    public int OpenFile(string path) => Unique(Descriptors.Check(Libc.open(path, Libc.ReadWrite | Libc.CloseOnExec), "open"));

    public bool IsOpen(nint fd) => Libc.fcntl((int)fd, Libc.GetDescriptorFlags, 0) >= 0;

    public void Close(int fd) => _ = Libc.close(fd);

    public void ShutdownWrite(int fd) => Descriptors.Check(Libc.shutdown(fd, Libc.ShutdownWrite), "shutdown");

    public int Write(int fd, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* start = bytes)
            return (int)Libc.write(fd, start, (nuint)bytes.Length);
    }

    public int Read(int fd, Span<byte> bytes)
    {
        fixed (byte* start = bytes)
            return (int)Libc.read(fd, start, (nuint)bytes.Length);
    }

    private int Unique(int fd)
    {
        int unique = Duplicate(fd, 0);
        Close(fd);
        return unique;
    }
}
