using IOLoops.Interop;

namespace IOLoops.Polling;

/// <summary>What the AFD driver is asked for, and what its answers mean in the terms of epoll, which are the same as with <c>WSAPoll</c>.</summary>
internal static class AfdInterest
{
    internal const IOEvents ErrorBit = (IOEvents)0x008;
    internal const IOEvents HangUpBit = (IOEvents)0x010;

    // A handler that asks for nothing still learns of the end of a connection, and the poller of the end of the socket.
    private const uint Always = AfdPoll.Abort | AfdPoll.ConnectFail | AfdPoll.LocalClose;

    internal static uint Request(IOEvents events)
    {
        uint bits = Always;
        // A peer that writes no more may still read. Its end stays set, so a writer that waits for room would be called in every turn.
        if ((events & IOEvents.Write) == 0 || (events & (IOEvents.Read | IOEvents.ReadHangUp)) != 0)
            bits |= AfdPoll.Disconnect;
        if ((events & IOEvents.Read) != 0)
            bits |= AfdPoll.Receive | AfdPoll.Accept;
        if ((events & IOEvents.Priority) != 0)
            bits |= AfdPoll.Expedited;
        if ((events & IOEvents.Write) != 0)
            bits |= AfdPoll.Send;
        return bits;
    }

    /// <summary>
    /// A peer's orderly end can be read, and is no error for readers. A handler of <see cref="IOEvents.None"/> gets it in every wait:
    /// it is all that such a handler gets, and a poll that ends without a report would spin. Writers do not get it: see <see cref="Request"/>.
    /// </summary>
    internal static IOEvents Translate(uint found, IOEvents wanted)
    {
        var events = IOEvents.None;
        if ((found & (AfdPoll.Receive | AfdPoll.Accept)) != 0)
            events |= IOEvents.Read;
        if ((found & AfdPoll.Expedited) != 0)
            events |= IOEvents.Priority;
        if ((found & AfdPoll.Send) != 0)
            events |= IOEvents.Write;
        if ((found & AfdPoll.Disconnect) != 0)
            events |= (wanted & IOEvents.Read) != 0 ? IOEvents.Read | IOEvents.ReadHangUp : (wanted & IOEvents.ReadHangUp) != 0 ? IOEvents.ReadHangUp : HangUpBit;
        if ((found & (AfdPoll.Abort | AfdPoll.ConnectFail)) != 0)
            events |= IOEvents.Read | IOEvents.Write | IOEvents.Error; // whichever is waited for will not block
        return events;
    }
}
