using System.Runtime.InteropServices;

namespace Faults;

/// <summary>The program's own calls, which never fail on purpose.</summary>
internal static partial class Native
{
    private const short Readable = 1;

    /// <summary>A byte, or -1 when there is none. It does not block.</summary>
    internal static unsafe int ReadByte(SafeHandle handle)
    {
        byte value;
        long entry = handle.DangerousGetHandle() | ((long)Readable << 32); // struct pollfd, little-endian
        return poll(&entry, 1, 0) > 0 && read(handle, &value, 1) == 1 ? value : -1;
    }

    [LibraryImport("libc")]
    private static unsafe partial int poll(long* entries, nuint count, int milliseconds);

    [LibraryImport("libc")]
    private static unsafe partial nint read(SafeHandle fd, byte* buffer, nint count);
}
