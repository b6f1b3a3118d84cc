using System.Diagnostics;
using System.Runtime.Versioning;

namespace IOLoops.Interop;

/// <summary>
/// WSAPoll before Windows 10 2004 (build 19041; Windows Server 2016 and 2019 are older) never reports a connect that was
/// refused: a wait for its end never ends. <c>select</c> does report it, among the exceptions.
/// </summary>
[SupportedOSPlatform("windows")]
internal static unsafe class RefusedConnects
{
    private const int Slice = 50; // milliseconds a refusal may go unnoticed

    internal static bool AreMissed { get; } = !OperatingSystem.IsWindowsVersionAtLeast(10, 0, 19041);

    /// <summary>WSAPoll, in slices while the set has a writer that is not ready: a connect may be pending.</summary>
    internal static int Wait(WinsockPollDescriptor* set, int count, int milliseconds)
    {
        if (!HasWriters(set, count))
            return WinsockPollDescriptor.Poll(set, count, milliseconds);
        long start = Stopwatch.GetTimestamp();
        int left = milliseconds;
        while (true)
        {
            int reported = WinsockPollDescriptor.Poll(set, count, left < 0 ? Slice : Math.Min(left, Slice));
            if (reported < 0)
                return reported;
            reported += Mark(set, count);
            if (reported > 0 || left == 0)
                return reported;
            if (milliseconds > 0)
                left = (int)Math.Max(0, milliseconds - Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }
    }

    /// <summary>Marks the writers that wait for a connect that was refused, as later versions report them; returns how many.</summary>
    internal static int Mark(WinsockPollDescriptor* set, int count)
    {
        int marked = 0;
        int* places = stackalloc int[Winsock.SetSize];
        WinsockSet refused;
        for (int from = 0; from < count;)
        {
            refused.Count = 0;
            for (; from < count && refused.Count < Winsock.SetSize; from++)
            {
                if (IsWaitingWriter(set[from]))
                {
                    places[refused.Count] = from;
                    refused.Sockets[refused.Count++] = (ulong)set[from].Handle;
                }
            }
            marked += MarkSome(set, places, &refused);
        }
        return marked;
    }

    private static int MarkSome(WinsockPollDescriptor* set, int* places, WinsockSet* sockets)
    {
        uint asked = sockets->Count;
        WinsockTime zero = default;
        if (asked == 0 || Winsock.select(0, null, null, sockets, &zero) <= 0)
            return 0;
        int marked = 0;
        for (uint i = 0; i < asked; i++)
        {
            ref var place = ref set[places[i]];
            if (!IsMember(sockets, (ulong)place.Handle) || IsConnected(place.Handle))
                continue; // the exception of a connected socket is out-of-band data
            place.Returned = WinsockPollDescriptor.Error | WinsockPollDescriptor.HangUp | WinsockPollDescriptor.Writable;
            marked++;
        }
        return marked;
    }

    private static bool IsMember(WinsockSet* sockets, ulong socket)
    {
        for (uint i = 0; i < sockets->Count; i++)
        {
            if (sockets->Sockets[i] == socket)
                return true;
        }
        return false;
    }

    private static bool IsConnected(nint socket)
    {
        int seconds;
        int length = sizeof(int);
        return Winsock.getsockopt(socket, Winsock.SocketLevel, Winsock.ConnectTime, &seconds, &length) == 0 && seconds != -1;
    }

    private static bool HasWriters(WinsockPollDescriptor* set, int count)
    {
        for (int i = 0; i < count; i++)
        {
            if ((set[i].Events & WinsockPollDescriptor.Writable) != 0)
                return true;
        }
        return false;
    }

    private static bool IsWaitingWriter(in WinsockPollDescriptor place) =>
        (place.Events & WinsockPollDescriptor.Writable) != 0 && place.Returned == 0;
}
