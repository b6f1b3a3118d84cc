using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using IOLoops.Interop;
using Shouldly;
using Xunit;

namespace IOLoops.Tests.Polling;

/// <summary>Layouts and numbers of systems that these tests do not run on, as their headers have them.</summary>
public sealed unsafe class KqueueLayoutTests
{
    [Fact]
    public void A_kevent_is_that_of_macOS_and_begins_FreeBSDs()
    {
        Unsafe.SizeOf<Kevent>().ShouldBe(Kevent.MacSize);
        Offset(nameof(Kevent.Ident)).ShouldBe(0);
        Offset(nameof(Kevent.Filter)).ShouldBe(8);
        Offset(nameof(Kevent.Flags)).ShouldBe(10);
        Offset(nameof(Kevent.FilterFlags)).ShouldBe(12);
        Offset(nameof(Kevent.Data)).ShouldBe(16);
        Offset(nameof(Kevent.UserData)).ShouldBe(24);
        Kevent.FreeBsdSize.ShouldBe(Kevent.MacSize + (4 * sizeof(ulong)));
    }

    [Fact]
    public void Places_of_poll_sets_are_the_systems()
    {
        sizeof(UnixPollDescriptor).ShouldBe(8);
        Marshal.OffsetOf<UnixPollDescriptor>(nameof(UnixPollDescriptor.Events)).ToInt32().ShouldBe(4);
        Marshal.OffsetOf<UnixPollDescriptor>(nameof(UnixPollDescriptor.Returned)).ToInt32().ShouldBe(6);
#pragma warning disable CA1416 // its layout alone
        sizeof(WinsockPollDescriptor).ShouldBe(16);
        Marshal.OffsetOf<WinsockPollDescriptor>(nameof(WinsockPollDescriptor.Events)).ToInt32().ShouldBe(8);
        Marshal.OffsetOf<WinsockPollDescriptor>(nameof(WinsockPollDescriptor.Returned)).ToInt32().ShouldBe(10);
#pragma warning restore CA1416
        sizeof(WinsockSet).ShouldBe(8 + (64 * 8));
        Marshal.OffsetOf<WinsockSet>(nameof(WinsockSet.Sockets)).ToInt32().ShouldBe(8);
    }

    [Fact]
    public void The_status_of_a_file_is_read_where_each_system_has_it()
    {
        byte[] mac = new byte[256];
        BitConverter.TryWriteBytes(mac.AsSpan(0), 0x01020304u);         // st_dev
        BitConverter.TryWriteBytes(mac.AsSpan(4), (ushort)0xc1ff);      // st_mode: a socket
        BitConverter.TryWriteBytes(mac.AsSpan(8), 0x1122334455667788ul); // st_ino
        FileStatus.ReadMac(mac).ShouldBe(new FileStatus(new FileIdentity(0x1122334455667788, 0, 0x01020304), FileKind.Socket));

        byte[] freeBsd = new byte[256];
        BitConverter.TryWriteBytes(freeBsd.AsSpan(0), 0x0a0b0c0d01020304ul);
        BitConverter.TryWriteBytes(freeBsd.AsSpan(8), 0x1122334455667788ul);
        BitConverter.TryWriteBytes(freeBsd.AsSpan(24), (ushort)0x81a4); // a regular file
        FileStatus.ReadFreeBsd(freeBsd).ShouldBe(new FileStatus(new FileIdentity(0x1122334455667788, 0x0a0b0c0d, 0x01020304), FileKind.AlwaysReady));
    }

    [Theory]
    [InlineData(IOEvents.Read | IOEvents.Write | IOEvents.Priority, true, 7)]
    [InlineData(IOEvents.ReadHangUp, true, 0x4000)]
    [InlineData(IOEvents.Read | IOEvents.ReadHangUp, false, 1)]
    public void The_reading_half_s_hang_up_has_FreeBSDs_number_or_none(IOEvents events, bool hasReadHangUp, int expected)
    {
        UnixPollDescriptor.ToBsd(events, hasReadHangUp).ShouldBe((short)expected);
        UnixPollDescriptor.FromBsd(0x4001).ShouldBe(IOEvents.Read | IOEvents.ReadHangUp);
    }

    [Theory]
    [InlineData(IOEvents.Read | IOEvents.ReadHangUp, 0x0100)]
    [InlineData(IOEvents.Read | IOEvents.Write | IOEvents.Priority, 0x0310)]
    [InlineData(IOEvents.None, 0)]
    [InlineData(IOEvents.ReadHangUp, 0)] // data that no handler reads would end every wait
    public void WSAPoll_is_asked_for_nothing_that_it_refuses(IOEvents events, int expected)
    {
#pragma warning disable CA1416 // its arithmetic alone
        WinsockPollDescriptor.Request(events).ShouldBe((short)expected);
#pragma warning restore CA1416
    }

    [Theory]
    [InlineData(0x0100, 0x0100, IOEvents.Read)]
    [InlineData(0x0100, 0x0002, IOEvents.Read | IOEvents.ReadHangUp)]               // an orderly end, to a reader
    [InlineData(0x0010, 0x0002, (IOEvents)0x010)]                                     // to a writer
    [InlineData(0x0010, 0x0013, IOEvents.Read | IOEvents.Write | IOEvents.Error)]     // a refused connect
    public void What_WSAPoll_returns_means_what_epoll_means(int requested, int returned, IOEvents expected)
    {
#pragma warning disable CA1416 // its arithmetic alone
        WinsockPollDescriptor.Translate((short)requested, (short)returned).ShouldBe(expected);
#pragma warning restore CA1416
    }

    [Fact]
    public void Who_waits_for_the_peers_end_alone_is_told_of_it_by_WSAPoll_and_of_nothing_else()
    {
#pragma warning disable CA1416 // its arithmetic alone
        var place = WinsockPollDescriptor.Watching(12, IOEvents.ReadHangUp);
        place.Number.ShouldBe(12);
        place.Returned = WinsockPollDescriptor.HangUp;
        place.Reported.ShouldBe(IOEvents.ReadHangUp);
        place.Returned = WinsockPollDescriptor.HangUp | WinsockPollDescriptor.Error;
        (place.Reported & IOEvents.Error).ShouldBe(IOEvents.Error);
        WinsockPollDescriptor.Watching(12, IOEvents.Read | IOEvents.ReadHangUp).Number.ShouldBe(12);
#pragma warning restore CA1416
    }

    private static int Offset(string field) => Marshal.OffsetOf<Kevent>(field).ToInt32();
}
