using System.Runtime.InteropServices;

namespace IOLoops.Sources.Interop;

/// <summary>Folders and inotify.</summary>
internal static unsafe partial class Libc
{
    internal const int CurrentFolder = -100;       // AT_FDCWD
    internal const nuint GetUnreadBytes = 0x541b; // FIONREAD (Linux on x86, Arm, RISC-V)

    /// <summary>O_DIRECTORY of Linux.</summary>
    internal static readonly int OnlyFolder = HasArmFlags ? 0x4000 : 0x10000;

    /// <summary>O_NOFOLLOW of Linux.</summary>
    internal static readonly int NoFollow = HasArmFlags ? 0x8000 : 0x20000;

    private static bool HasArmFlags => RuntimeInformation.ProcessArchitecture is Architecture.Arm or Architecture.Arm64 or Architecture.Ppc64le;

    [LibraryImport(Library)]
    internal static partial int inotify_init1(int flags);

    [LibraryImport(Library)]
    internal static partial int inotify_add_watch(int fd, byte* path, uint mask);

    [LibraryImport(Library)]
    internal static partial int inotify_rm_watch(int fd, int watch);

    [LibraryImport(Library)]
    internal static partial nint fdopendir(int fd);

    [LibraryImport(Library)]
    internal static partial byte* readdir(nint folder);

    [LibraryImport(Library)]
    internal static partial int closedir(nint folder);

    // Variadic in C, as open.
    [LibraryImport(Library)]
    internal static partial int openat(int folder, byte* path, int flags);
}
