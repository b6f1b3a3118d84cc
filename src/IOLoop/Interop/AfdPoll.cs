using System.Runtime.InteropServices;

namespace IOLoops.Interop;

/// <summary>
/// One poll of one socket by the AFD driver: an <c>IO_STATUS_BLOCK</c> and an <c>AFD_POLL_INFO</c> for one handle. The system
/// writes to it until the completion of the poll was taken from its port, so it is never freed before.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal struct AfdPoll
{
    internal nint Status; // a union of an NTSTATUS and a pointer
    internal nuint Information;

    internal long Timeout;
    internal uint Count;
    internal uint Exclusive;
    internal nint Socket;
    internal uint Events;
    internal int SocketStatus;

    // Behind what the system knows of:
    internal int Owner;  // whose poll it is; negative: it has no owner any more
    internal int Device; // the handle that it is issued on

    internal const uint Receive = 0x001;     // AFD_POLL_RECEIVE
    internal const uint Expedited = 0x002;   // AFD_POLL_RECEIVE_EXPEDITED
    internal const uint Send = 0x004;        // AFD_POLL_SEND
    internal const uint Disconnect = 0x008;  // AFD_POLL_DISCONNECT: the peer's orderly end
    internal const uint Abort = 0x010;       // AFD_POLL_ABORT: a reset, from either side
    internal const uint LocalClose = 0x020;  // AFD_POLL_LOCAL_CLOSE
    internal const uint Accept = 0x080;      // AFD_POLL_ACCEPT
    internal const uint ConnectFail = 0x100; // AFD_POLL_CONNECT_FAIL

    // AFD_POLL_CONNECT, 0x040, is left out on purpose: it stays set on every connected socket, and each poll would end at once.

    /// <summary>The part of the structure that the driver reads and writes.</summary>
    internal static unsafe uint InfoSize => (uint)(sizeof(AfdPoll) - sizeof(nint) - sizeof(nuint) - (2 * sizeof(int)));
}
