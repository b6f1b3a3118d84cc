using System.Diagnostics;
using System.Runtime.InteropServices;
using IOLoops.Conformance;

namespace IOLoops.Tests.Fuzzing;

/// <summary>A descriptor of one of the kinds that Linux has.</summary>
internal sealed partial class OddFiles : IDisposable
{
    private const int CloseOnExec = 0x80000;
    private const long PidfdOpen = 434;

    private static readonly (string Name, Func<List<int>, int> Open)[] Kinds =
    [
        ("pipe to read", all => Both(all, NewPipe()).First),
        ("pipe to write", all => Both(all, NewPipe()).Second),
        ("pipe without a writer", all => WithoutSecond(all, NewPipe())),
        ("socket", all => Both(all, NewSocketPair()).First),
        ("socket without a peer", all => WithoutSecond(all, NewSocketPair())),
        ("eventfd", all => One(all, eventfd(1, CloseOnExec))),
        ("timerfd", all => One(all, timerfd_create(1, CloseOnExec))),
        ("epoll", all => One(all, epoll_create1(CloseOnExec))),
        ("inotify", all => One(all, inotify_init1(CloseOnExec))),
        ("pidfd", all => One(all, (int)syscall(PidfdOpen, Environment.ProcessId, 0))),
        ("regular file", all => One(all, open(typeof(OddFiles).Assembly.Location, CloseOnExec))),
        ("folder", all => One(all, open("/", CloseOnExec))),
        ("/dev/null", all => One(all, open("/dev/null", CloseOnExec))),
        ("/proc/self/status", all => One(all, open("/proc/self/status", CloseOnExec))),
        ("terminal", all => One(all, open("/dev/ptmx", CloseOnExec | 0x102))),
    ];

    private readonly List<int> _all = [];

    internal OddFiles(int kind) => Number = Kinds[kind].Open(_all);

    internal static int Count => Kinds.Length;

    internal int Number { get; }

    internal static string NameOf(int kind) => Kinds[kind].Name;

    public void Dispose()
    {
        foreach (int fd in _all)
            Descriptors.Close(fd);
        _all.Clear();
    }

    private static int One(List<int> all, int fd)
    {
        if (fd < 0)
            throw new UnreachableException($"errno {Marshal.GetLastSystemError()}");
        all.Add(fd);
        return fd;
    }

    private static (int First, int Second) Both(List<int> all, (int First, int Second) ends)
    {
        all.Add(ends.First);
        all.Add(ends.Second);
        return ends;
    }

    private static (int First, int Second) NewPipe()
    {
        var pipe = new Pipe();
        return (pipe.ReadEnd, pipe.WriteEnd);
    }

    private static (int First, int Second) NewSocketPair()
    {
        var pair = new SocketPair();
        return (pair.Left, pair.Right);
    }

    private static int WithoutSecond(List<int> all, (int First, int Second) ends)
    {
        Descriptors.Close(ends.Second);
        return One(all, ends.First);
    }

    [LibraryImport("libc")]
    private static partial int eventfd(uint initial, int flags);

    [LibraryImport("libc")]
    private static partial int timerfd_create(int clock, int flags);

    [LibraryImport("libc")]
    private static partial int epoll_create1(int flags);

    [LibraryImport("libc")]
    private static partial int inotify_init1(int flags);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags);

    [LibraryImport("libc")]
    private static partial nint syscall(long number, nint first, nint second);
}
