using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace IOLoops.Interop;

/// <summary>
/// Windows sockets, blittable signatures alone. The library is started by the first <c>Socket</c> of the process; a
/// poller's waker is one. As with <see cref="Libc"/>, callers read the error with <see cref="Errno.Last"/>: it is the
/// thread's last error, which WSAGetLastError reads, too.
/// </summary>
[SupportedOSPlatform("windows")]
internal static unsafe partial class Winsock
{
    internal const int SocketLevel = 0xffff;    // SOL_SOCKET
    internal const int SocketType = 0x1008;     // SO_TYPE
    internal const int ConnectTime = 0x700c;    // SO_CONNECT_TIME: seconds; all ones while there is no connection
    internal const int NotASocket = 10038;      // WSAENOTSOCK
    internal const int SetSize = 64;            // FD_SETSIZE

    private const string Library = "ws2_32.dll";

    [LibraryImport(Library)]
    internal static partial int WSAPoll(WinsockPollDescriptor* descriptors, uint count, int milliseconds);

    [LibraryImport(Library)]
    internal static partial int select(int ignored, WinsockSet* read, WinsockSet* write, WinsockSet* except, WinsockTime* timeout);

    [LibraryImport(Library)]
    internal static partial int getsockopt(nint socket, int level, int name, int* value, int* length);

    [LibraryImport(Library)]
    internal static partial int closesocket(nint socket);

    [LibraryImport("kernel32.dll")]
    internal static partial uint GetFileType(nint handle);

    /// <summary>0, ENOTSOCK (a file, a pipe, a console) or EBADF.</summary>
    internal static int Judge(nint number)
    {
        int type;
        int length = sizeof(int);
        if (getsockopt(number, SocketLevel, SocketType, &type, &length) == 0)
            return Errno.Ok;
        return GetFileType(number) != 0 ? Errno.ENOTSOCK : Errno.EBADF;
    }
}
