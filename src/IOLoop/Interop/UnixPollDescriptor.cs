using System.Runtime.CompilerServices;

namespace IOLoops.Interop;

/// <summary><c>struct pollfd</c> of every Unix. The bits are the same on all of them, except for the reading half's hang-up.</summary>
internal unsafe struct UnixPollDescriptor : IPollDescriptor<UnixPollDescriptor>
{
    internal int Descriptor;
    internal short Events;
    internal short Returned;

    private const short Invalid = 0x20;           // POLLNVAL
    private const short FreeBsdReadHangUp = 0x4000; // POLLRDHUP there; macOS has none

    /// <inheritdoc/>
    /// <remarks>poll(2) passes over negative numbers; the complement differs from every valid number, and can be undone.</remarks>
    public readonly int Number => Descriptor < 0 ? ~Descriptor : Descriptor;

    public readonly bool IsReported => Returned != 0;

    public readonly bool IsClosed => (Returned & Invalid) != 0;

    public readonly IOEvents Reported
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => OperatingSystem.IsLinux() ? (IOEvents)(ushort)Returned : FromBsd(Returned);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static UnixPollDescriptor Watching(int number, IOEvents events) => new()
    {
        Descriptor = number,
        Events = OperatingSystem.IsLinux() ? (short)events : ToBsd(events, OperatingSystem.IsFreeBSD()),
    };

    public static UnixPollDescriptor Silent(int number) => new() { Descriptor = ~number };

    public static int Identify(int number, out FileIdentity identity) => FileIdentity.Of(number, out identity);

    public static int Wait(UnixPollDescriptor* set, int count, long ticks)
    {
        if (OperatingSystem.IsMacOS())
            return Libc.poll(set, (nuint)count, ticks < 0 ? -1 : Milliseconds.RoundUp(ticks)); // it has no ppoll
        if (ticks < 0)
            return Libc.ppoll(set, (nuint)count, null, null);
        var timeout = Timespec.FromTicks(ticks);
        return Libc.ppoll(set, (nuint)count, &timeout, null);
    }

    internal static short ToBsd(IOEvents events, bool hasReadHangUp)
    {
        int bits = (int)(events & ~IOEvents.ReadHangUp);
        return (short)(hasReadHangUp && (events & IOEvents.ReadHangUp) != 0 ? bits | FreeBsdReadHangUp : bits);
    }

    internal static IOEvents FromBsd(short returned) => (returned & FreeBsdReadHangUp) != 0
        ? (IOEvents)(returned & ~FreeBsdReadHangUp) | IOEvents.ReadHangUp
        : (IOEvents)(ushort)returned;
}
