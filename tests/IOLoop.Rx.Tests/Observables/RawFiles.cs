using System.Runtime.InteropServices;
using IOLoops.Conformance;

namespace IOLoops.Rx.Tests;

/// <summary>Files as the C library opens them, and what tests do to them.</summary>
internal static unsafe partial class RawFiles
{
    /// <summary>How long the header of an inotify event is; the name follows.</summary>
    internal const int InotifyHeader = 16;

    private const string Library = "libc";
    private const int CloseOnExec = 0x80000;
    private const int NoControllingTerminal = 0x100;
    private const int ReadWrite = 2;
    private const int GetFlags = 3;
    private const uint Created = 0x100;
    private const int UnixDomain = 1;
    private const int Stream = 1;

    internal static int OpenToRead(string path) => Unique(open(path, CloseOnExec));

    internal static (int Read, int Write) BlockingPipe()
    {
        int* ends = stackalloc int[2];
        Check(pipe2(ends, CloseOnExec));
        return (Descriptors.Unique(ends[0]), Descriptors.Unique(ends[1]));
    }

    internal static (int Read, int Write) BlockingSockets()
    {
        int* ends = stackalloc int[2];
        Check(socketpair(UnixDomain, Stream | CloseOnExec, 0, ends));
        return (Descriptors.Unique(ends[0]), Descriptors.Unique(ends[1]));
    }

    internal static int BlockingEventFd() => Unique(eventfd(0, CloseOnExec));

    internal static int WatchForNewFiles(string folder)
    {
        int watch = Unique(inotify_init1(CloseOnExec));
        Check(inotify_add_watch(watch, folder, Created));
        return watch;
    }

    internal static (int Master, int Slave) OpenTerminal()
    {
        int master = Unique(posix_openpt(ReadWrite | NoControllingTerminal | CloseOnExec));
        Check(grantpt(master));
        Check(unlockpt(master));
        byte* name = stackalloc byte[128];
        if (ptsname_r(master, name, 128) != 0)
            throw new IOException("ptsname_r failed.");
        int slave = Unique(open(Marshal.PtrToStringUTF8((nint)name)!, ReadWrite | NoControllingTerminal | CloseOnExec));
        return (master, slave);
    }

    internal static int Flags(int fd) => Check(fcntl(fd, GetFlags, 0));

    internal static void Write(int fd, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* start = bytes)
        {
            if (write(fd, start, (nuint)bytes.Length) != bytes.Length)
                throw new IOException("write was incomplete.");
        }
    }

    /// <summary>Writes to a non-blocking descriptor, waiting for its reader.</summary>
    internal static void WriteAll(int fd, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* start = bytes)
        {
            int sent = 0;
            while (sent < bytes.Length)
            {
                nint count = write(fd, start + sent, (nuint)(bytes.Length - sent));
                if (count > 0)
                    sent += (int)count;
                else
                    Thread.Yield();
            }
        }
    }

    private static int Unique(int fd) => Descriptors.Unique(Check(fd));

    private static int Check(int result) => result >= 0
        ? result
        : throw new IOException(Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError()));

    [LibraryImport(Library, SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags);

    [LibraryImport(Library, SetLastError = true)]
    private static partial int pipe2(int* descriptors, int flags);

    [LibraryImport(Library, SetLastError = true)]
    private static partial int socketpair(int domain, int type, int protocol, int* descriptors);

    [LibraryImport(Library, SetLastError = true)]
    private static partial int eventfd(uint initial, int flags);

    [LibraryImport(Library, SetLastError = true)]
    private static partial int inotify_init1(int flags);

    [LibraryImport(Library, SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int inotify_add_watch(int inotify, string path, uint mask);

    [LibraryImport(Library, SetLastError = true)]
    private static partial int posix_openpt(int flags);

    [LibraryImport(Library, SetLastError = true)]
    private static partial int grantpt(int master);

    [LibraryImport(Library, SetLastError = true)]
    private static partial int unlockpt(int master);

    [LibraryImport(Library)]
    private static partial int ptsname_r(int master, byte* name, nuint length);

    [LibraryImport(Library, SetLastError = true)]
    private static partial int fcntl(int fd, int command, nint argument);

    [LibraryImport(Library, SetLastError = true)]
    private static partial nint write(int fd, byte* bytes, nuint count);
}
