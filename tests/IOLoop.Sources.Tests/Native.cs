using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

[assembly: DisableRuntimeMarshalling]

namespace IOLoops.Sources.Tests;

/// <summary>Descriptors in the modes that tests need; the numbers are Linux's.</summary>
internal static unsafe partial class Native
{
    internal const int NonBlocking = 0x800;

    private const int GetFlags = 3;
    private const int SetFlags = 4;
    private const int CloseOnExec = 0x80000;
    private const int ReadWrite = 2;
    private const int NoControllingTerminal = 0x100;
    private const int UnixDomain = 1;

    private const string Library = "libc";

    /// <summary>A pipe in blocking mode, unless flags say otherwise.</summary>
    internal static (SafeFileHandle Reader, SafeFileHandle Writer) NewPipe(int flags = 0)
    {
        int* ends = stackalloc int[2];
        Check(pipe2(ends, CloseOnExec | flags));
        return (Handle(ends[0]), Handle(ends[1]));
    }

    /// <summary>Two connected Unix sockets in blocking mode.</summary>
    internal static (SafeFileHandle One, SafeFileHandle Other) NewSockets(int type = 1)
    {
        int* ends = stackalloc int[2];
        Check(socketpair(UnixDomain, type | CloseOnExec, 0, ends));
        return (Handle(ends[0]), Handle(ends[1]));
    }

    /// <summary>The two sides of a pty in raw mode, both blocking.</summary>
    internal static (SafeFileHandle First, SafeFileHandle Second) NewTerminal()
    {
        var first = Handle(Check(posix_openpt(ReadWrite | NoControllingTerminal | CloseOnExec)));
        int number = Number(first);
        Check(grantpt(number));
        Check(unlockpt(number));
        byte* name = stackalloc byte[128];
        Check(-ptsname_r(number, name, 128));
        var second = Handle(Check(open(name, ReadWrite | NoControllingTerminal | CloseOnExec)));
        byte* settings = stackalloc byte[256];
        Check(tcgetattr(Number(second), settings));
        cfmakeraw(settings);
        Check(tcsetattr(Number(second), 0, settings));
        return (first, second);
    }

    internal static SafeFileHandle NewEventFd() => Handle(Check(eventfd(0, CloseOnExec)));

    internal static SafeFileHandle Open(string path, int flags)
    {
        fixed (byte* name = Encoding.UTF8.GetBytes(path + '\0'))
            return Handle(Check(open(name, flags | CloseOnExec)));
    }

    internal static void MakeFifo(string path)
    {
        fixed (byte* name = Encoding.UTF8.GetBytes(path + '\0'))
            Check(mkfifo(name, 0x180)); // 0600
    }

    internal static int FlagsOf(SafeHandle handle) => Check(fcntl(Number(handle), GetFlags, 0));

    internal static void Write(SafeHandle handle, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* start = bytes)
            Check((int)write(Number(handle), start, (nuint)bytes.Length));
    }

    internal static int Read(SafeHandle handle, Span<byte> bytes)
    {
        fixed (byte* start = bytes)
            return Check((int)read(Number(handle), start, (nuint)bytes.Length));
    }

    internal static int Number(SafeHandle handle) => (int)handle.DangerousGetHandle();

    internal static bool IsOpen(int fd) => fcntl(fd, GetFlags, 0) >= 0;

    internal static void Close(int fd) => Check(close(fd));

    private static SafeFileHandle Handle(int fd) => new(fd, ownsHandle: true);

    private static int Check(int result) => result >= 0
        ? result
        : throw new IOException($"{Marshal.GetPInvokeErrorMessage(Marshal.GetLastSystemError())}", Marshal.GetLastSystemError());

    [LibraryImport(Library)]
    private static partial int pipe2(int* ends, int flags);

    [LibraryImport(Library)]
    private static partial int socketpair(int domain, int type, int protocol, int* ends);

    [LibraryImport(Library)]
    private static partial int posix_openpt(int flags);

    [LibraryImport(Library)]
    private static partial int grantpt(int fd);

    [LibraryImport(Library)]
    private static partial int unlockpt(int fd);

    [LibraryImport(Library)]
    private static partial int ptsname_r(int fd, byte* name, nint size);

    [LibraryImport(Library)]
    private static partial int open(byte* path, int flags);

    [LibraryImport(Library)]
    private static partial int mkfifo(byte* path, int mode);

    [LibraryImport(Library)]
    private static partial int eventfd(uint initial, int flags);

    [LibraryImport(Library)]
    private static partial int fcntl(int fd, int command, nint argument);

    [LibraryImport(Library)]
    private static partial nint write(int fd, byte* bytes, nuint count);

    [LibraryImport(Library)]
    private static partial nint read(int fd, byte* bytes, nuint count);

    [LibraryImport(Library)]
    private static partial int close(int fd);

    [LibraryImport(Library)]
    private static partial int tcgetattr(int fd, byte* settings);

    [LibraryImport(Library)]
    private static partial int tcsetattr(int fd, int when, byte* settings);

    [LibraryImport(Library)]
    private static partial void cfmakeraw(byte* settings);
}
