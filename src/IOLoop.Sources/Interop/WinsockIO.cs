using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace IOLoops.Sources.Interop;

/// <summary>Sockets on Windows, where loops wait for nothing else. A single call has no flag not to wait, so readiness is asked for first.</summary>
[SupportedOSPlatform("windows")]
internal static unsafe partial class WinsockIO
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
        if (!IsReady(socket, WinsockPollEntry.Readable, out error))
            return -1;
        int count = recv(socket, start, length, 0);
        int failure = count < 0 ? Errno.Last : 0;
        if (failure == MessageSize)
            return length;
        error = failure == WouldBlock ? Errno.EAGAIN : failure;
        return count;
    }

    /// <returns>How many bytes, or -1 and an error; EAGAIN when nothing can be written now.</returns>
    internal static int Write(nint socket, byte* start, int length, out int error)
    {
        if (!IsReady(socket, WinsockPollEntry.Writable, out error))
            return -1;
        int count = send(socket, start, length, 0);
        int failure = count < 0 ? Errno.Last : 0;
        error = failure == WouldBlock ? Errno.EAGAIN : failure;
        return count;
    }

    internal static bool IsDatagramSocket(nint socket)
    {
        int type = 0;
        int length = sizeof(int);
        return getsockopt(socket, SocketLevel, SocketType, &type, &length) == 0 && type == Datagram;
    }

    internal static bool IsReady(nint socket, bool toWrite) =>
        IsReady(socket, toWrite ? WinsockPollEntry.Writable : WinsockPollEntry.Readable, out int error) || error != Errno.EAGAIN;

    internal static int ShutdownWrite(nint socket) => shutdown(socket, Libc.ShutdownWrite);

    // The count of WSAPoll is not used: Wine leaves out closed sockets, a read then reports that they are closed.
    private static bool IsReady(nint socket, short events, out int error)
    {
        var poll = new WinsockPollEntry { Socket = socket, Events = events };
        if (WSAPoll(&poll, 1, 0) < 0)
        {
            error = Errno.Last;
            return false;
        }
        error = poll.ReturnedEvents == 0 ? Errno.EAGAIN : Errno.Ok;
        return error == Errno.Ok;
    }

    [LibraryImport(Library)]
    private static partial int WSAPoll(WinsockPollEntry* entries, uint count, int milliseconds);

    [LibraryImport(Library)]
    private static partial int recv(nint socket, byte* buffer, int length, int flags);

    [LibraryImport(Library)]
    private static partial int send(nint socket, byte* buffer, int length, int flags);

    [LibraryImport(Library)]
    private static partial int shutdown(nint socket, int how);

    [LibraryImport(Library)]
    private static partial int getsockopt(nint socket, int level, int name, int* value, int* length);
}
