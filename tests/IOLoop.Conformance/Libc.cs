using System.Runtime.InteropServices;

namespace IOLoops.Conformance;

internal static unsafe partial class Libc
{
    internal const int CloseOnExec = 0x80000;
    internal const int NonBlock = 0x800;
    internal const int ReadWrite = 2;
    internal const int DuplicateCloseOnExec = 1030;
    internal const int GetDescriptorFlags = 1;
    internal const int UnixDomain = 1;
    internal const int Stream = 1;
    internal const int ShutdownWrite = 1;
    internal const int LimitOfFiles = 7;

    private const string Library = "libc";

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int pipe2(int* descriptors, int flags);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int socketpair(int domain, int type, int protocol, int* descriptors);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int eventfd(uint initial, int flags);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int dup2(int from, int to);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int fcntl(int fd, int command, nint argument);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int close(int fd);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial nint read(int fd, void* buffer, nuint count);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial nint write(int fd, void* buffer, nuint count);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int shutdown(int fd, int how);

    [LibraryImport(Library, SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int open(string path, int flags);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int getrlimit(int resource, ulong* limits);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int kill(int process, int signal);
}
