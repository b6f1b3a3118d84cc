using IOLoops.Interop;

namespace IOLoops.Polling;

/// <summary>What a kqueue is asked for so that it answers as epoll would, and what its answers mean.</summary>
internal static class KqueueInterest
{
    internal const IOEvents ErrorBit = (IOEvents)0x008;
    internal const IOEvents HangUpBit = (IOEvents)0x010;

    /// <summary>
    /// Whether the read filter is wanted, and how. A handler of hang-ups alone must not be called for data in every wait:
    /// with EV_CLEAR a filter reports when something changes.
    /// </summary>
    internal static ushort? ReadFlags(IOEvents events)
    {
        if ((events & IOEvents.Read) != 0)
            return 0;
        return (events & IOEvents.ReadHangUp) != 0 || (events & IOEvents.Write) == 0 ? Kevent.Clear : null;
    }

    internal static ushort? WriteFlags(IOEvents events) => (events & IOEvents.Write) != 0 ? (ushort)0 : null;

    /// <summary>Whether a filter that is refused means a file that is ready at all times.</summary>
    internal static bool IsAlwaysReady(FileKind kind, int errno) => errno switch
    {
        Errno.EINVAL or Errno.ENODEV => kind == FileKind.Device, // /dev/null and the like have no filters
        Errno.EPIPE => kind == FileKind.Pipe,                    // without readers: a write fails, and at once
        _ => false,
    };

    /// <summary>
    /// The end of a file is one flag here. For a socket's reader it is the peer's orderly end, for any other file a hang-up;
    /// for a pipe's writer there are no readers left, which epoll calls an error. Whether a socket has ended in both
    /// directions, a hang-up, its filters do not say: <see cref="IKqueue.HasHungUp"/>.
    /// </summary>
    internal static IOEvents Translate(in Kevent found, FileKind kind)
    {
        bool isEnd = (found.Flags & Kevent.EndOfFile) != 0;
        if ((found.Flags & Kevent.Error) != 0) // the filter itself failed
            return ErrorBit | (found.Filter == Kevent.Read ? IOEvents.Read : IOEvents.Write);
        var failure = isEnd && found.FilterFlags != 0 ? ErrorBit | HangUpBit : IOEvents.None; // a socket's error
        if (found.Filter == Kevent.Read)
        {
            if (!isEnd)
                return IOEvents.Read;
            return IOEvents.Read | (kind == FileKind.Socket ? IOEvents.ReadHangUp | failure : HangUpBit);
        }
        if (!isEnd)
            return IOEvents.Write;
        return IOEvents.Write | (kind == FileKind.Socket ? failure : ErrorBit);
    }
}
