using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

[assembly: DisableRuntimeMarshalling]

namespace Soak;

/// <summary>The program's own system calls.</summary>
internal static unsafe partial class Libc
{
    private const string Library = "libc";
    private const int TryAgain = 11;         // EAGAIN
    private const int CloseOnExec = 0x80000; // O_CLOEXEC, SOCK_CLOEXEC
    private const int NonBlocking = 0x800;   // O_NONBLOCK, SOCK_NONBLOCK
    private const int DuplicateCloseOnExec = 1030; // F_DUPFD_CLOEXEC
    private const int Unix = 1;              // AF_UNIX
    private const int Stream = 1;            // SOCK_STREAM

    [LibraryImport(Library, SetLastError = true)]
    private static partial int pipe2(int* ends, int flags);

    [LibraryImport(Library, SetLastError = true)]
    private static partial int socketpair(int domain, int type, int protocol, int* ends);

    [LibraryImport(Library, SetLastError = true)]
    private static partial int close(int fd);

    [LibraryImport(Library, SetLastError = true)]
    private static partial int dup3(int fd, int number, int flags);

    [LibraryImport(Library, SetLastError = true)]
    private static partial int fcntl(int fd, int command, int argument);

    [LibraryImport(Library, SetLastError = true)]
    private static partial nint read(int fd, void* buffer, nuint count);

    [LibraryImport(Library, SetLastError = true)]
    private static partial nint write(int fd, void* buffer, nuint count);

    [LibraryImport(Library, EntryPoint = "malloc_trim")]
    private static partial int TrimHeap(nuint keep);

    /// <summary>What was freed goes back to the system, from the arenas of all threads, so that private memory is what is in use.</summary>
    internal static void TrimHeap()
    {
        try
        {
            _ = TrimHeap(0); // whether anything went back
        }
        catch (EntryPointNotFoundException)
        {
            // musl, which keeps little.
        }
    }

    /// <summary>Both ends of a pipe, which do not block.</summary>
    internal static (int Reader, int Writer) NewPipe()
    {
        int* ends = stackalloc int[2];
        Check(pipe2(ends, CloseOnExec | NonBlocking), "pipe2");
        return (ends[0], ends[1]);
    }

    /// <summary>Two connected sockets, which do not block.</summary>
    internal static (int Near, int Far) NewSocketPair()
    {
        int* ends = stackalloc int[2];
        Check(socketpair(Unix, Stream | CloseOnExec | NonBlocking, 0, ends), "socketpair");
        return (ends[0], ends[1]);
    }

    internal static void Close(int fd) => Check(close(fd), "close");

    internal static int Duplicate(int fd) => Check(fcntl(fd, DuplicateCloseOnExec, 0), "fcntl");

    /// <summary>Gives a number, whatever it was, to another file, which loses its own.</summary>
    internal static void Move(int fd, int number)
    {
        Check(dup3(fd, number, CloseOnExec), "dup3");
        Close(fd);
    }

    /// <summary>How many bytes were read; null: there is nothing to read.</summary>
    internal static int? TryRead(int fd, void* buffer, int length) => Transferred(read(fd, buffer, (nuint)length), "read");

    /// <summary>How many bytes were written; null: there is no room.</summary>
    internal static int? TryWrite(int fd, void* buffer, int length) => Transferred(write(fd, buffer, (nuint)length), "write");

    private static int? Transferred(nint count, string call)
    {
        if (count >= 0)
            return (int)count;
        if (Marshal.GetLastPInvokeError() == TryAgain)
            return null;
        Check(-1, call);
        return null;
    }

    private static int Check(int result, string call)
    {
        if (result >= 0)
            return result;
        int errno = Marshal.GetLastPInvokeError();
        throw new IOException($"{call}: {new Win32Exception(errno).Message} ({errno})");
    }
}
