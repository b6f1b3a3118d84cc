using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace IOLoops.Interop;

/// <summary><c>WSAPOLLFD</c>, and what WSAPoll does otherwise than poll(2).</summary>
[SupportedOSPlatform("windows")]
internal unsafe struct WinsockPollDescriptor : IPollDescriptor<WinsockPollDescriptor>
{
    internal nint Handle;
    internal short Events;
    internal short Returned;

    // In the place of padding, which WSAPoll neither reads nor writes: the number, or the complement of one whose peer's end
    // alone is waited for. Data that no handler reads would end every wait; the end is reported without being asked for.
    private int _registered;

    internal const short Error = 0x0001;     // POLLERR
    internal const short HangUp = 0x0002;    // POLLHUP
    internal const short Invalid = 0x0004;   // POLLNVAL
    internal const short Writable = 0x0010;  // POLLWRNORM, which is POLLOUT
    internal const short Readable = 0x0100;  // POLLRDNORM
    internal const short OutOfBand = 0x0200; // POLLRDBAND

    // Something must stand in a silent place: negative numbers, which poll(2) passes over, are POLLNVAL to WSAPoll.
    // Nothing ever comes to a datagram socket whose port no other program knows.
    private static readonly Socket Quiet = NewQuiet();

    public readonly int Number => AsksForEndAlone ? ~_registered : _registered;

    public readonly bool IsReported => Returned != 0;

    public readonly bool IsClosed => (Returned & Invalid) != 0;

    public readonly IOEvents Reported => Translate(Events, Returned, AsksForEndAlone);

    private readonly bool AsksForEndAlone => _registered < 0;

    public static WinsockPollDescriptor Watching(int number, IOEvents events) => new()
    {
        Handle = number,
        Events = Request(events),
        _registered = (events & (IOEvents.Read | IOEvents.ReadHangUp)) == IOEvents.ReadHangUp ? ~number : number,
    };

    public static WinsockPollDescriptor Silent(int number) => new() { Handle = Quiet.Handle, _registered = number };

    // Nothing tells one socket from another that got its number: there are no inodes.
    public static int Identify(int number, out FileIdentity identity)
    {
        identity = default;
        return Winsock.Judge(number);
    }

    public static int Wait(WinsockPollDescriptor* set, int count, long ticks)
    {
        int milliseconds = ticks < 0 ? -1 : Milliseconds.RoundUp(ticks);
        return RefusedConnects.AreMissed ? RefusedConnects.Wait(set, count, milliseconds) : Poll(set, count, milliseconds);
    }

    internal static int Poll(WinsockPollDescriptor* set, int count, int milliseconds)
    {
        int reported = Winsock.WSAPoll(set, (uint)count, milliseconds);
        if (reported < 0)
            return Errno.Last == Winsock.NotASocket ? MarkClosed(set, count) : reported;
        return Count(set, count); // Wine does not count the closed ones in
    }

    private static int Count(WinsockPollDescriptor* set, int count)
    {
        int reported = 0;
        for (int i = 0; i < count; i++)
        {
            if (set[i].Returned != 0)
                reported++;
        }
        return reported;
    }

    /// <summary>
    /// POLLPRI and POLLOUT with its band are refused, and so are the bits that are only ever returned: one of them fails the
    /// whole call. What other systems call priority is the band here.
    /// </summary>
    internal static short Request(IOEvents events)
    {
        int bits = 0;
        if ((events & IOEvents.Read) != 0)
            bits |= Readable;
        if ((events & IOEvents.Priority) != 0)
            bits |= OutOfBand;
        if ((events & IOEvents.Write) != 0)
            bits |= Writable;
        return (short)bits;
    }

    /// <summary>
    /// A hang-up without an error is the peer's orderly end, which other systems call readable, and which is no error to one
    /// who reads. To one who does not it is the only news there will be, and comes in every poll: silence would spin.
    /// </summary>
    internal static IOEvents Translate(short requested, short returned, bool asksForEndAlone = false)
    {
        const IOEvents error = (IOEvents)0x008;
        const IOEvents hangUp = (IOEvents)0x010;
        var events = IOEvents.None;
        if ((returned & Readable) != 0)
            events |= IOEvents.Read;
        if ((returned & OutOfBand) != 0)
            events |= IOEvents.Priority;
        if ((returned & Writable) != 0)
            events |= IOEvents.Write;
        if ((returned & Error) != 0)
            events |= IOEvents.Read | IOEvents.Write | error; // whichever is waited for will not block
        if ((returned & HangUp) != 0)
            events |= (requested & Readable) != 0 ? IOEvents.Read | IOEvents.ReadHangUp : asksForEndAlone ? IOEvents.ReadHangUp : hangUp;
        return (returned & Error) != 0 && (returned & HangUp) != 0 ? events | hangUp : events;
    }

    private static Socket NewQuiet()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return socket;
    }

    /// <summary>A number that another kind of file has got may fail the whole call: which one, each must be asked.</summary>
    private static int MarkClosed(WinsockPollDescriptor* set, int count)
    {
        int closed = 0;
        for (int i = 0; i < count; i++)
        {
            bool isClosed = Winsock.Judge(set[i].Handle) != Errno.Ok;
            set[i].Returned = isClosed ? Invalid : (short)0;
            if (isClosed)
                closed++;
        }
        if (closed > 0)
            return closed;
        Marshal.SetLastSystemError(Winsock.NotASocket); // asking has overwritten it
        return -1;
    }
}
