using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace IOLoops.Rx;

/// <summary>Reading sockets on Windows, which waits for nothing else. There is no way to say "do not wait" for one call, so readiness is asked for first.</summary>
[SupportedOSPlatform("windows")]
internal static unsafe partial class WinsockReading
{
    private const int WouldBlock = 10035;   // WSAEWOULDBLOCK
    private const int MessageSize = 10040;  // WSAEMSGSIZE: a datagram was longer than the buffer, which it has filled
    private const int SocketLevel = 0xffff; // SOL_SOCKET
    private const int SocketType = 0x1008;  // SO_TYPE
    private const int Datagram = 2;         // SOCK_DGRAM

    private const string Library = "ws2_32.dll";

    /// <returns>How many bytes, 0 at the end, or -1 and an error; EAGAIN when there is nothing to read now.</returns>
    internal static int Read(nint socket, byte* start, int length, out int error)
    {
        error = ReadErrno.EAGAIN;
        var poll = new WinsockPollEntry { Socket = socket, Events = WinsockPollEntry.Readable };
        // Not its count: Wine leaves closed ones out, of which reading is to say that they are closed. When it fails as a
        // whole there is no telling whether reading would wait.
        if (WSAPoll(&poll, 1, 0) < 0)
        {
            error = ReadErrno.Last;
            return -1;
        }
        if (poll.ReturnedEvents == 0)
            return -1;
        int count = recv(socket, start, length, 0);
        int failure = count < 0 ? ReadErrno.Last : 0;
        if (failure == MessageSize)
            return length;
        error = failure == WouldBlock ? ReadErrno.EAGAIN : failure;
        return count;
    }

    internal static bool IsDatagramSocket(nint socket)
    {
        int type = 0;
        int length = sizeof(int);
        return getsockopt(socket, SocketLevel, SocketType, &type, &length) == 0 && type == Datagram;
    }

    [LibraryImport(Library)]
    private static partial int WSAPoll(WinsockPollEntry* entries, uint count, int milliseconds);

    [LibraryImport(Library)]
    private static partial int recv(nint socket, byte* buffer, int length, int flags);

    [LibraryImport(Library)]
    private static partial int getsockopt(nint socket, int level, int name, int* value, int* length);
}
