using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

[assembly: DisableRuntimeMarshalling]

namespace IOLoops.Rx;

/// <summary>The calls of the C library that reading needs; blittable signatures alone. Callers read errno with <see cref="ReadErrno.Last"/>.</summary>
internal static unsafe partial class LibcReading
{
    internal const nint CurrentPosition = -1;
    internal const int NoWait = 8;     // RWF_NOWAIT
    internal const short Readable = 1; // POLLIN
    internal const int Datagram = 2;   // SOCK_DGRAM

    internal static readonly int SocketLevel = OperatingSystem.IsLinux() ? 1 : 0xffff; // SOL_SOCKET
    internal static readonly int SocketType = OperatingSystem.IsLinux() ? 3 : 0x1008;  // SO_TYPE

    private const string Library = "libc";

    [LibraryImport(Library)]
    internal static partial nint read(int fd, byte* buffer, nuint count);

    [LibraryImport(Library)]
    internal static partial nint preadv2(int fd, IoVector* vectors, int count, nint offset, int flags);

    [LibraryImport(Library)]
    internal static partial int poll(PollEntry* entries, nuint count, int milliseconds);

    [LibraryImport(Library)]
    internal static partial int getsockopt(int fd, int level, int name, int* value, uint* length);

    [LibraryImport(Library)]
    internal static partial int isatty(int fd);
}
