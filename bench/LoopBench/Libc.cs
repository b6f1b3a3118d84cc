using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

[assembly: DisableRuntimeMarshalling]

namespace LoopBench;

/// <summary>
/// The C library. No call copies errno to the last P/Invoke error: results alone decide on the hot paths, and a failure
/// reads errno itself.
/// </summary>
internal static unsafe partial class Libc
{
    internal const int NonBlock = 0x800;
    internal const int CloseOnExec = 0x80000;
    internal const int EAGAIN = 11;

    private const int NoFileLimit = 7;
    private const int UnixDomain = 1;
    private const int Stream = 1;
    private const int Tcp = 6;
    private const int TcpNoDelay = 1;

    internal static int Errno => Marshal.GetLastSystemError();

    [LibraryImport("libc")]
    internal static partial nint read(int fd, void* buffer, nint count);

    [LibraryImport("libc")]
    internal static partial nint write(int fd, void* buffer, nint count);

    [LibraryImport("libc")]
    internal static partial int close(int fd);

    [LibraryImport("libc")]
    internal static partial int shutdown(int fd, int how);

    [LibraryImport("libc")]
    internal static partial int accept4(int fd, void* address, void* length, int flags);

    [LibraryImport("libc")]
    internal static partial int usleep(uint microseconds);

    [LibraryImport("libc")]
    internal static partial int poll(PollEntry* entries, nuint count, int milliseconds);

    /// <summary>Lets the process open as many descriptors as it may.</summary>
    internal static void RaiseDescriptorLimit()
    {
        ulong* limit = stackalloc ulong[2]; // soft, hard
        Check(getrlimit(NoFileLimit, limit), "getrlimit");
        limit[0] = limit[1];
        Check(setrlimit(NoFileLimit, limit), "setrlimit");
    }

    /// <summary>How many descriptors the process may open.</summary>
    internal static long DescriptorLimit
    {
        get
        {
            ulong* limit = stackalloc ulong[2];
            Check(getrlimit(NoFileLimit, limit), "getrlimit");
            return (long)Math.Min(limit[0], int.MaxValue);
        }
    }

    /// <summary>A non-blocking descriptor to read from and one that makes it readable (the same one for an eventfd).</summary>
    internal static (int Read, int Write) OpenChannel(string kind)
    {
        int* ends = stackalloc int[2];
        switch (kind)
        {
            case "eventfd":
                ends[0] = ends[1] = Check(eventfd(0, NonBlock | CloseOnExec), "eventfd");
                break;
            case "pipe":
                Check(pipe2(ends, NonBlock | CloseOnExec), "pipe2");
                break;
            default:
                Check(socketpair(UnixDomain, Stream | NonBlock | CloseOnExec, 0, ends), "socketpair");
                break;
        }
        return (ends[0], ends[1]);
    }

    internal static void DisableNagle(int fd)
    {
        int one = 1;
        _ = setsockopt(fd, Tcp, TcpNoDelay, &one, sizeof(int));
    }

    /// <summary>Binds a thread to one CPU; 0 is the calling thread. One that has ended meanwhile does not matter.</summary>
    internal static void BindThread(int thread, int cpu)
    {
        ulong mask = 1ul << cpu;
        _ = sched_setaffinity(thread, sizeof(ulong), &mask);
    }

    private static int Check(int result, string call) => result >= 0 ? result : throw Descriptors.Failure(call);

    [LibraryImport("libc")]
    private static partial int eventfd(uint initial, int flags);

    [LibraryImport("libc")]
    private static partial int pipe2(int* ends, int flags);

    [LibraryImport("libc")]
    private static partial int socketpair(int domain, int type, int protocol, int* ends);

    [LibraryImport("libc")]
    private static partial int setsockopt(int fd, int level, int option, void* value, uint length);

    [LibraryImport("libc")]
    private static partial int getrlimit(int resource, ulong* limit);

    [LibraryImport("libc")]
    private static partial int setrlimit(int resource, ulong* limit);

    [LibraryImport("libc")]
    private static partial int sched_setaffinity(int thread, nuint size, ulong* mask);
}
