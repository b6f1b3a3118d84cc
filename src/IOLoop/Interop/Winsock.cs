using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace IOLoops.Interop;

/// <summary>
/// Windows sockets, blittable signatures alone. The library is started by the first <c>Socket</c> of the process; a waker may be one,
/// and <see cref="IsStarted"/> makes one. As with <see cref="Libc"/>, callers read the error with <see cref="Errno.Last"/>: it is the
/// thread's last error, which WSAGetLastError reads, too.
/// </summary>
[SupportedOSPlatform("windows")]
internal static unsafe partial class Winsock
{
    internal const int SocketLevel = 0xffff;    // SOL_SOCKET
    internal const int SocketType = 0x1008;     // SO_TYPE
    internal const int ConnectTime = 0x700c;    // SO_CONNECT_TIME: seconds; all ones while there is no connection
    internal const int NotASocket = 10038;      // WSAENOTSOCK
    internal const uint BaseHandle = 0x48000022;    // SIO_BASE_HANDLE
    internal const uint BaseOfPolls = 0x4800001D;   // SIO_BSP_HANDLE_POLL
    internal const int SetSize = 64;            // FD_SETSIZE

    private const string Library = "ws2_32.dll";

    [LibraryImport(Library)]
    internal static partial int WSAPoll(WinsockPollDescriptor* descriptors, uint count, int milliseconds);

    [LibraryImport(Library)]
    internal static partial int select(int ignored, WinsockSet* read, WinsockSet* write, WinsockSet* except, WinsockTime* timeout);

    [LibraryImport(Library)]
    internal static partial int getsockopt(nint socket, int level, int name, int* value, int* length);

    [LibraryImport(Library)]
    private static partial int WSAIoctl(nint socket, uint code, void* input, uint inputLength, void* output, uint outputLength, uint* returned, void* overlapped, void* routine);

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

    /// <summary>Whether the system has sockets at all. To ask starts the library, which no poller's waker does where there is none.</summary>
    internal static bool IsStarted { get; } = Socket.OSSupportsIPv4 | Socket.OSSupportsIPv6;

    /// <summary>The socket below those that layered service providers put on top: the driver knows no other.</summary>
    /// <param name="number">A socket.</param>
    /// <param name="socket">The one below.</param>
    /// <returns>0, EBADF, or the error of Winsock.</returns>
    internal static int FindBase(nint number, out nint socket)
    {
        for (socket = number; ;)
        {
            nint found;
            if (Ask(socket, BaseHandle, out found) == 0)
            {
                socket = found;
                return Errno.Ok;
            }
            int error = Errno.Last;
            if (error == NotASocket)
                return Errno.EBADF;
            // There are providers that keep this question from the one below, which none may; they pass on the other one.
            if (Ask(socket, BaseOfPolls, out found) != 0 || found == socket)
                return error;
            socket = found;
        }
    }

    private static int Ask(nint socket, uint code, out nint found)
    {
        nint answer = 0;
        uint returned;
        int result = WSAIoctl(socket, code, null, 0, &answer, (uint)sizeof(nint), &returned, null, null);
        found = answer;
        return result;
    }
}
