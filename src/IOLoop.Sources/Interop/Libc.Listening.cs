using System.Runtime.InteropServices;

namespace IOLoops.Sources.Interop;

/// <summary>Accepting.</summary>
internal static unsafe partial class Libc
{
    /// <summary>SOCK_NONBLOCK and SOCK_CLOEXEC.</summary>
    internal static readonly int NewSocketFlags = OperatingSystem.IsFreeBSD() ? 0x30000000 : CloseOnExec | NonBlocking;

    [LibraryImport(Library)]
    internal static partial int accept4(int fd, void* address, void* length, int flags);
}
