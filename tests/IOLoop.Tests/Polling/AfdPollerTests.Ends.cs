using IOLoops.Conformance;
using IOLoops.Interop;
using IOLoops.Polling;
using Shouldly;
using Xunit;

namespace IOLoops.Tests.Polling;

/// <summary>Numbers that are removed or closed while their poll is under way, and what becomes of its block.</summary>
public sealed partial class AfdPollerTests
{
    [Fact]
    public void A_number_that_stands_for_another_file_is_registered_anew()
    {
        var old = NewPipe();
        var next = NewPipe();
        _poller.Register(old.ReadEnd, 1, IOEvents.Read).ShouldBe(Errno.Ok);
        _poller.Register(old.ReadEnd, 2, IOEvents.Read).ShouldBe(Errno.EEXIST);
        _poller.Wait(_ready, 0).ShouldBe(0);
        _poller.Register(old.ReadEnd, 2, IOEvents.Read).ShouldBe(Errno.EEXIST);
        Descriptors.Replace(old.ReadEnd, next.ReadEnd);
        _poller.Modify(old.ReadEnd, 1, IOEvents.Read).ShouldBe(Errno.ENOENT);
        _poller.Register(old.ReadEnd, 3, IOEvents.Read).ShouldBe(Errno.Ok);
        next.Send();
        _poller.Wait(_ready, 0).ShouldBe(1);
        _ready[0].Token.ShouldBe(3ul);
    }

    [Fact]
    public void A_number_closed_while_its_poll_is_under_way_is_forgotten()
    {
        var pipe = NewPipe();
        _poller.Register(pipe.ReadEnd, 1, IOEvents.Read).ShouldBe(Errno.Ok);
        _poller.Wait(_ready, 0).ShouldBe(0);
        pipe.CloseRead();
        _poller.Wait(_ready, 0).ShouldBe(0);
        _poller.Unregister(pipe.ReadEnd).ShouldBe(Errno.ENOENT);
        _poller.Blocks.UnderWay.ShouldBe(0);
    }

    [Fact]
    public void A_number_closed_before_its_poll_begins_is_forgotten()
    {
        var pipe = NewPipe();
        _poller.Register(pipe.ReadEnd, 1, IOEvents.Read).ShouldBe(Errno.Ok);
        pipe.CloseRead();
        _poller.Wait(_ready, 0).ShouldBe(0);
        _poller.Unregister(pipe.ReadEnd).ShouldBe(Errno.ENOENT);
        (_poller.Blocks.UnderWay, _poller.Blocks.Spare).ShouldBe((0, _port.Blocks));
    }

    [Fact]
    public void A_number_closed_while_it_is_suspended_is_forgotten_when_it_is_modified()
    {
        var pipe = NewPipe();
        _poller.Register(pipe.ReadEnd, 1, IOEvents.Read).ShouldBe(Errno.Ok);
        _poller.Suspend(pipe.ReadEnd, 1).ShouldBe(Errno.Ok);
        pipe.CloseRead();
        _poller.Modify(pipe.ReadEnd, 1, IOEvents.Read).ShouldBe(Errno.EBADF);
        _poller.Unregister(pipe.ReadEnd).ShouldBe(Errno.ENOENT);
    }

    [Fact]
    public void A_number_removed_while_its_poll_is_under_way_may_be_registered_at_once()
    {
        var pipe = NewPipe();
        for (ulong token = 1; token < 50; token++)
        {
            _poller.Register(pipe.ReadEnd, token, IOEvents.Read).ShouldBe(Errno.Ok);
            _poller.Wait(_ready, 0).ShouldBe(0);
            pipe.Send();
            _port.Look(); // the old poll has found data, which must not be reported
            pipe.Drain();
            _poller.Unregister(pipe.ReadEnd).ShouldBe(Errno.Ok);
            _poller.Register(pipe.ReadEnd, token + 100, IOEvents.Read).ShouldBe(Errno.Ok);
            _poller.Wait(_ready, 0).ShouldBe(0);
            pipe.Send();
            _poller.Wait(_ready, 0).ShouldBe(1);
            _ready[0].Token.ShouldBe(token + 100);
            pipe.Drain();
            _poller.Unregister(pipe.ReadEnd).ShouldBe(Errno.Ok);
        }
    }

    [Fact]
    public void What_was_taken_but_not_reported_is_not_reported_after_its_removal()
    {
        var pipe = NewPipe();
        var other = NewPipe();
        _poller.Register(pipe.ReadEnd, 1, IOEvents.Read).ShouldBe(Errno.Ok);
        _poller.Register(other.ReadEnd, 2, IOEvents.Read).ShouldBe(Errno.Ok);
        _poller.Wait(_ready, 0).ShouldBe(0);
        pipe.Send();
        _poller.Modify(other.ReadEnd, 2, IOEvents.Read).ShouldBe(Errno.Ok); // looks, and takes it
        _poller.Unregister(pipe.ReadEnd).ShouldBe(Errno.Ok);
        _poller.Wait(_ready, 0).ShouldBe(0);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Thousands_of_registrations_one_after_another_need_a_few_blocks(bool waits)
    {
        var pipe = NewPipe();
        for (int i = 0; i < 3000; i++)
        {
            _poller.Register(pipe.ReadEnd, 1, IOEvents.Read).ShouldBe(Errno.Ok);
            if (waits || i % 3 == 0)
                _poller.Wait(_ready, 0).ShouldBe(0);
            if (i % 5 == 0)
                _poller.Modify(pipe.ReadEnd, 1, IOEvents.Priority).ShouldBe(Errno.Ok);
            _poller.Unregister(pipe.ReadEnd).ShouldBe(Errno.Ok);
        }
        _poller.Wait(_ready, 0).ShouldBe(0);
        _port.Blocks.ShouldBeLessThanOrEqualTo(16);
        (_poller.Blocks.UnderWay, _poller.Blocks.Spare).ShouldBe((0, _port.Blocks), "none was lost");
    }

    [Fact]
    public void Blocks_that_the_system_still_has_outlive_the_poller()
    {
        var pipe = NewPipe();
        _poller.Register(pipe.ReadEnd, 1, IOEvents.Read).ShouldBe(Errno.Ok);
        _poller.Wait(_ready, 0).ShouldBe(0);
        _port.Hangs = true;
        _poller.Dispose();
        _port.IsAbandoned.ShouldBeTrue();
        _port.CancelAll();
        _port.Wait(new nint[4], 0, out _).ShouldBe(1);
        _port.Dispose();
    }

    [Theory]
    [InlineData(IOEvents.None, 0x138u)]
    [InlineData(IOEvents.Read, 0x1b9u)]
    [InlineData(IOEvents.Write, 0x134u)]
    [InlineData(IOEvents.Write | IOEvents.ReadHangUp, 0x13cu)]
    [InlineData(IOEvents.Read | IOEvents.Write | IOEvents.Priority | IOEvents.ReadHangUp | IOEvents.Error, 0x1bfu)]
    public void A_poll_never_asks_whether_a_socket_is_connected(IOEvents events, uint expected)
    {
        const uint connect = 0x40; // it would end every poll of a connected socket
        AfdInterest.Request(events).ShouldBe(expected);
        (AfdInterest.Request(events) & connect).ShouldBe(0u);
    }

    [Theory]
    [InlineData(AfdPoll.Receive, IOEvents.Read, IOEvents.Read)]
    [InlineData(AfdPoll.Accept, IOEvents.Read, IOEvents.Read)]
    [InlineData(AfdPoll.Send, IOEvents.Write, IOEvents.Write)]
    [InlineData(AfdPoll.Expedited, IOEvents.Priority, IOEvents.Priority)]
    [InlineData(AfdPoll.Disconnect, IOEvents.Read, IOEvents.Read | IOEvents.ReadHangUp)]
    [InlineData(AfdPoll.Disconnect, IOEvents.ReadHangUp, IOEvents.ReadHangUp)]
    [InlineData(AfdPoll.Disconnect, IOEvents.None, AfdInterest.HangUpBit)]
    [InlineData(AfdPoll.Abort, IOEvents.Read, IOEvents.Read | IOEvents.Write | IOEvents.Error)]
    [InlineData(AfdPoll.ConnectFail, IOEvents.Write, IOEvents.Read | IOEvents.Write | IOEvents.Error)]
    public void What_the_driver_finds_means_what_epoll_means(uint found, IOEvents wanted, IOEvents expected) =>
        AfdInterest.Translate(found, wanted).ShouldBe(expected);

    [Fact]
    public unsafe void The_structures_are_those_of_64_bit_Windows()
    {
        Offset(nameof(AfdPoll.Timeout)).ShouldBe(16);
        Offset(nameof(AfdPoll.Count)).ShouldBe(24);
        Offset(nameof(AfdPoll.Socket)).ShouldBe(32);
        Offset(nameof(AfdPoll.Events)).ShouldBe(40);
        Offset(nameof(AfdPoll.Owner)).ShouldBe(48);
        AfdPoll.InfoSize.ShouldBe(32u);
        sizeof(CompletionEntry).ShouldBe(32);
        sizeof(NtObject).ShouldBe(48);
    }

    private static int Offset(string field) => System.Runtime.InteropServices.Marshal.OffsetOf<AfdPoll>(field).ToInt32();
}
