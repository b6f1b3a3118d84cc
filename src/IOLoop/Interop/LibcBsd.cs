using System.Runtime.InteropServices;

namespace IOLoops.Interop;

/// <summary>What macOS and FreeBSD have and Linux has not, or has otherwise. See <see cref="Libc"/> for errors.</summary>
internal static unsafe partial class LibcBsd
{
    internal const int CloseOnExec = 1;         // FD_CLOEXEC
    internal const int NonBlock = 4;            // O_NONBLOCK
    internal const int SetDescriptorFlags = 2;  // F_SETFD
    internal const int SetStatusFlags = 4;      // F_SETFL

    private const string Library = "libc";

    [LibraryImport(Library)]
    internal static partial int kqueue();

    [LibraryImport(Library)]
    internal static partial int kevent(int kqueue, byte* changes, int changeCount, byte* events, int eventCount, Timespec* timeout);

    [LibraryImport(Library)]
    internal static partial int pipe(int* descriptors);

    [LibraryImport(Library)]
    internal static partial int fstat(int fd, byte* status);

    [LibraryImport(Library)]
    internal static partial int isatty(int fd);

    // The 64-bit inodes of macOS on x64 have a name of their own; on arm64 there are no others.
    [LibraryImport(Library, EntryPoint = "fstat$INODE64")]
    internal static partial int fstat_inode64(int fd, byte* status);

    [LibraryImport(Library)]
    private static partial int fcntl(int fd, int command, nint argument);

    // Apple's arm64 passes what "..." stands for on the stack, where it is looked for behind eight registers.
    [LibraryImport(Library, EntryPoint = "fcntl")]
    private static partial int fcntl_on_stack(int fd, int command, nint r2, nint r3, nint r4, nint r5, nint r6, nint r7, nint argument);

    internal static int SetFlags(int fd, int command, int flags) =>
        OperatingSystem.IsMacOS() && RuntimeInformation.ProcessArchitecture == Architecture.Arm64
            ? fcntl_on_stack(fd, command, 0, 0, 0, 0, 0, 0, flags)
            : fcntl(fd, command, flags);
}
