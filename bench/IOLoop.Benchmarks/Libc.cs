using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

[assembly: DisableRuntimeMarshalling]

namespace IOLoops.Benchmarks;

/// <summary>What the benchmarks need of the C library.</summary>
internal static unsafe partial class Libc
{
    private const int NonBlockCloseOnExec = 0x800 | 0x80000;

    internal static int OpenEventFd()
    {
        int fd = eventfd(0, NonBlockCloseOnExec);
        return fd >= 0 ? fd : throw Failure("eventfd");
    }

    internal static (int Read, int Write) OpenPipe()
    {
        int* ends = stackalloc int[2];
        return pipe2(ends, NonBlockCloseOnExec) >= 0 ? (ends[0], ends[1]) : throw Failure("pipe2");
    }

    /// <summary>Writes or reads eight bytes: what an eventfd takes and what a pipe takes as well.</summary>
    internal static void Signal(int fd)
    {
        ulong one = 1;
        if (write(fd, &one, sizeof(ulong)) != sizeof(ulong))
            throw Failure("write");
    }

    internal static void Drain(int fd)
    {
        ulong count;
        if (read(fd, &count, sizeof(ulong)) != sizeof(ulong))
            throw Failure("read");
    }

    internal static void Close(int fd) => _ = close(fd);

    private static IOException Failure(string call) =>
        new($"{call}: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastSystemError())}");

    [LibraryImport("libc")]
    private static partial int eventfd(uint initial, int flags);

    [LibraryImport("libc")]
    private static partial int pipe2(int* ends, int flags);

    [LibraryImport("libc")]
    private static partial nint read(int fd, void* buffer, nint count);

    [LibraryImport("libc")]
    private static partial nint write(int fd, void* buffer, nint count);

    [LibraryImport("libc")]
    private static partial int close(int fd);
}
