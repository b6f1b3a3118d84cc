using System.Runtime.InteropServices;

namespace IOLoops.Sources.Interop;

/// <summary>The calls for child processes. The <c>posix_spawn</c> family returns the errno.</summary>
internal static unsafe partial class Libc
{
    internal const int GetDescriptorFlags = 1;  // F_GETFD
    internal const int ClosedByExec = 1;        // FD_CLOEXEC
    internal const int Executable = 1;          // X_OK

    internal static readonly int DuplicateClosedByExec = OperatingSystem.IsLinux() ? 1030 : OperatingSystem.IsMacOS() ? 67 : 17; // F_DUPFD_CLOEXEC

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int posix_spawn(int* id, string path, byte* actions, byte* attributes, byte** arguments, byte** environment);

    [LibraryImport(Library)]
    internal static partial int posix_spawn_file_actions_init(byte* actions);

    [LibraryImport(Library)]
    internal static partial int posix_spawn_file_actions_destroy(byte* actions);

    [LibraryImport(Library)]
    internal static partial int posix_spawn_file_actions_adddup2(byte* actions, int from, int to);

    [LibraryImport(Library)]
    internal static partial int posix_spawn_file_actions_addclose(byte* actions, int fd);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int posix_spawn_file_actions_addopen(byte* actions, int fd, string path, int flags, uint mode);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int posix_spawn_file_actions_addchdir_np(byte* actions, string path);

    [LibraryImport(Library)]
    internal static partial int posix_spawn_file_actions_addclosefrom_np(byte* actions, int lowest);

    [LibraryImport(Library)]
    internal static partial int posix_spawn_file_actions_addinherit_np(byte* actions, int fd);

    [LibraryImport(Library)]
    internal static partial int posix_spawnattr_init(byte* attributes);

    [LibraryImport(Library)]
    internal static partial int posix_spawnattr_destroy(byte* attributes);

    [LibraryImport(Library)]
    internal static partial int posix_spawnattr_setflags(byte* attributes, short flags);

    [LibraryImport(Library)]
    internal static partial int posix_spawnattr_setsigmask(byte* attributes, byte* signals);

    [LibraryImport(Library)]
    internal static partial int posix_spawnattr_setsigdefault(byte* attributes, byte* signals);

    [LibraryImport(Library)]
    internal static partial int sigemptyset(byte* signals);

    [LibraryImport(Library)]
    internal static partial int sigaddset(byte* signals, int signal);

    [LibraryImport(Library)]
    internal static partial int waitid(int kind, int id, byte* information, int options);

    [LibraryImport(Library)]
    internal static partial int kill(int id, int signal);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int access(string path, int mode);

    // Variadic in C. On Linux a variadic argument is passed like another.
    [LibraryImport(Library)]
    internal static partial nint syscall(nint number, nint first, nint second, nint third, nint fourth);
}
