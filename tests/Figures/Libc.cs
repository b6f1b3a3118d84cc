using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

[assembly: DisableRuntimeMarshalling]

namespace Figures;

/// <summary>The system calls of the handlers that are measured, and of the thread that measures.</summary>
internal static unsafe partial class Libc
{
    private const string Library = "libc";
    private const int Unix = 1;   // AF_UNIX
    private const int Stream = 1; // SOCK_STREAM

    [LibraryImport(Library)]
    internal static partial nint read(int fd, void* buffer, nuint count);

    [LibraryImport(Library)]
    internal static partial nint write(int fd, void* buffer, nuint count);

    [LibraryImport(Library)]
    internal static partial int eventfd(uint initial, int flags);

    [LibraryImport(Library)]
    private static partial int close(int fd);

    [LibraryImport(Library)]
    internal static partial int gettid();

    [LibraryImport(Library)]
    private static partial int socketpair(int domain, int type, int protocol, int* ends);

    [LibraryImport(Library)]
    private static partial nint preadv(int fd, IoVector* vectors, int count, long offset);

    /// <summary>Two sockets, connected.</summary>
    internal static (int Near, int Far) NewSocketPair()
    {
        int* ends = stackalloc int[2];
        return socketpair(Unix, Stream, 0, ends) == 0 ? (ends[0], ends[1]) : throw new IOException("socketpair");
    }

    /// <summary>An eventfd.</summary>
    internal static int NewEventFd(bool isReady)
    {
        int fd = eventfd(isReady ? 1u : 0, 0);
        return fd >= 0 ? fd : throw new IOException("eventfd");
    }

    internal static void Close(int fd)
    {
        if (close(fd) != 0)
            throw new IOException("close");
    }

    internal static void Send(int fd)
    {
        byte one = 1;
        if (write(fd, &one, 1) != 1)
            throw new IOException("write");
    }

    internal static void Receive(int fd)
    {
        byte one;
        if (read(fd, &one, 1) != 1)
            throw new IOException("read");
    }

    /// <summary>Reads a file from its start, by a call that nothing else here makes, so that the trace can leave it out.</summary>
    internal static int ReadFromStart(int fd, Span<byte> into)
    {
        fixed (byte* start = into)
        {
            var vector = new IoVector((nint)start, (nuint)into.Length);
            return (int)preadv(fd, &vector, 1, 0);
        }
    }

    private readonly record struct IoVector(nint Start, nuint Length);
}
