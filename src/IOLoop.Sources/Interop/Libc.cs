using System.Runtime.InteropServices;

namespace IOLoops.Sources.Interop;

/// <summary>The calls of the C library for reading and writing; blittable signatures alone. Callers read errno with <see cref="Errno.Last"/>.</summary>
internal static unsafe partial class Libc
{
    internal const nint CurrentPosition = -1;
    internal const int NoWait = 8;          // RWF_NOWAIT
    internal const short Readable = 1;      // POLLIN
    internal const short Writable = 4;      // POLLOUT
    internal const int Datagram = 2;        // SOCK_DGRAM
    internal const int GetFlags = 3;        // F_GETFL
    internal const int AccessMode = 3;      // O_ACCMODE
    internal const int ReadOnly = 0;        // O_RDONLY
    internal const int WriteOnly = 1;       // O_WRONLY
    internal const int ReadWrite = 2;       // O_RDWR
    internal const int ShutdownWrite = 1;   // SHUT_WR
    internal const int SeekSet = 0;
    internal const int UnixDomain = 1;      // AF_UNIX
    internal const int StreamSocket = 1;    // SOCK_STREAM
    internal const nuint GetPtyNumber = 0x80045430; // TIOCGPTN (Linux, all but MIPS, PowerPC and SPARC): only the side that was opened first has one

    // MSG_DONTWAIT and MSG_NOSIGNAL. macOS has no MSG_NOSIGNAL; the runtime ignores SIGPIPE on every Unix.
    internal static readonly int SendFlags = OperatingSystem.IsLinux() ? 0x4040 : OperatingSystem.IsFreeBSD() ? 0x20080 : 0x80;
    internal static readonly int ReceiveFlags = OperatingSystem.IsLinux() ? 0x40 : 0x80;

    internal static readonly int SocketLevel = OperatingSystem.IsLinux() ? 1 : 0xffff;      // SOL_SOCKET
    internal static readonly int SocketType = OperatingSystem.IsLinux() ? 3 : 0x1008;       // SO_TYPE
    internal static readonly int NonBlocking = OperatingSystem.IsLinux() ? 0x800 : 4;       // O_NONBLOCK
    internal static readonly int CloseOnExec = OperatingSystem.IsLinux() ? 0x80000 : OperatingSystem.IsFreeBSD() ? 0x100000 : 0x1000000; // O_CLOEXEC
    internal static readonly int NoControllingTerminal = OperatingSystem.IsLinux() ? 0x100 : OperatingSystem.IsFreeBSD() ? 0x8000 : 0x20000; // O_NOCTTY

    private const string Library = "libc";

    [LibraryImport(Library)]
    internal static partial nint read(int fd, byte* buffer, nuint count);

    [LibraryImport(Library)]
    internal static partial nint write(int fd, byte* buffer, nuint count);

    [LibraryImport(Library)]
    internal static partial nint preadv2(int fd, IoVector* vectors, int count, nint offset, int flags);

    [LibraryImport(Library)]
    internal static partial nint pwritev2(int fd, IoVector* vectors, int count, nint offset, int flags);

    [LibraryImport(Library)]
    internal static partial nint send(int fd, byte* buffer, nuint count, int flags);

    [LibraryImport(Library)]
    internal static partial nint recv(int fd, byte* buffer, nuint count, int flags);

    [LibraryImport(Library)]
    internal static partial int shutdown(int fd, int how);

    [LibraryImport(Library)]
    internal static partial int poll(PollEntry* entries, nuint count, int milliseconds);

    [LibraryImport(Library)]
    internal static partial int getsockopt(int fd, int level, int name, int* value, uint* length);

    [LibraryImport(Library)]
    internal static partial int isatty(int fd);

    [LibraryImport(Library)]
    internal static partial int statx(int directory, byte* path, int flags, uint mask, byte* result);

    [LibraryImport(Library)]
    internal static partial int ioctl(int fd, nuint request, void* argument);

    [LibraryImport(Library)]
    internal static partial int pipe(int* ends);

    [LibraryImport(Library)]
    internal static partial int pipe2(int* ends, int flags);

    [LibraryImport(Library)]
    internal static partial int socketpair(int domain, int type, int protocol, int* ends);

    [LibraryImport(Library)]
    internal static partial int close(int fd);

    [LibraryImport(Library)]
    internal static partial long lseek(int fd, long offset, int origin);

    /// <summary>Whether variadic arguments are on the stack, behind eight registers: so on arm64 of Apple's. Elsewhere they are passed like others.</summary>
    internal static bool PassesVariadicOnStack => OperatingSystem.IsMacOS() && RuntimeInformation.ProcessArchitecture == Architecture.Arm64;

    internal static int fcntl(int fd, int command, nint argument) => PassesVariadicOnStack
        ? fcntl_on_stack(fd, command, 0, 0, 0, 0, 0, 0, argument)
        : fcntl_in_register(fd, command, argument);

    [LibraryImport(Library, EntryPoint = "fcntl")]
    private static partial int fcntl_in_register(int fd, int command, nint argument);

    [LibraryImport(Library, EntryPoint = "fcntl")]
    private static partial int fcntl_on_stack(
        int fd, int command, nint unused1, nint unused2, nint unused3, nint unused4, nint unused5, nint unused6, nint argument);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int open(string path, int flags);
}
