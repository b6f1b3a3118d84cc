using System.Net;
using System.Net.Sockets;
using Shouldly;
using Xunit;

namespace IOLoops.Conformance;

public abstract partial class LoopConformance
{
    // Row: Delivery
    [Fact]
    public void A_readable_and_writable_descriptor_is_reported_in_one_call()
    {
        var counter = NewEventFd(signalled: true);
        var calls = new List<IOEvents>();
        Loop.AddHandler(counter.Number, (_, events) => calls.Add(events), IOEvents.Read | IOEvents.Write);
        RunTurns(1);
        calls.ShouldBe([IOEvents.Read | IOEvents.Write]);
    }

    [Fact]
    public void A_handler_is_told_its_descriptor()
    {
        var pipe = NewPipe();
        FileDescriptor told = -1;
        pipe.Send();
        Loop.AddHandler(pipe.ReadEnd, (fd, _) => told = fd, IOEvents.Read);
        RunTurns(1);
        told.Number.ShouldBe(pipe.ReadEnd);
        told.Object.ShouldBeNull();
    }

    [Theory]
    [InlineData(IOEvents.Read)]
    [InlineData(IOEvents.Write)]
    public void Only_what_was_asked_for_is_reported(IOEvents asked)
    {
        var sockets = NewSocketPair();
        var calls = new List<IOEvents>();
        Descriptors.Write(sockets.Right);
        Loop.AddHandler(sockets.Left, (_, events) => calls.Add(events), asked);
        RunTurns(2);
        calls.ShouldBe([asked, asked]);
    }

    [Fact]
    public void A_hang_up_adds_the_error_bits_and_nothing_else()
    {
        var sockets = NewSocketPair();
        var calls = new List<IOEvents>();
        Loop.AddHandler(sockets.Left, (_, events) => calls.Add(events), IOEvents.Read);
        Descriptors.Close(sockets.Right);
        RunTurns(1);
        var events = calls.ShouldHaveSingleItem();
        (events & IOEvents.Read).ShouldBe(IOEvents.Read);
        (events & IOEvents.Error).ShouldNotBe(IOEvents.None);
        (events & ~(IOEvents.Read | IOEvents.Error)).ShouldBe(IOEvents.None);
    }

    [Fact]
    public void A_peer_that_stops_writing_is_reported_as_read_hang_up_when_asked_for()
    {
        var sockets = NewSocketPair();
        var calls = new List<IOEvents>();
        Loop.AddHandler(sockets.Left, (_, events) => calls.Add(events), IOEvents.ReadHangUp);
        RunTurns(2);
        calls.ShouldBeEmpty();
        Descriptors.ShutdownWrite(sockets.Right);
        RunTurns(1);
        calls.ShouldBe([IOEvents.ReadHangUp]);
    }

    [Fact]
    public void Out_of_band_data_is_reported_as_priority()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var client = new TcpClient();
        client.Connect((IPEndPoint)listener.LocalEndpoint);
        using var server = listener.AcceptSocket();
        var calls = new List<IOEvents>();
        Loop.AddHandler(client.Client, (fd, events) =>
        {
            calls.Add(events);
            Loop.RemoveHandler(fd);
            Loop.Stop();
        }, IOEvents.Priority);
        server.Send("!"u8, SocketFlags.OutOfBand).ShouldBe(1);
        Run("out-of-band data");
        calls.ShouldBe([IOEvents.Priority]);
    }

    // Row: Level-triggered
    [Fact]
    public void Undrained_data_is_reported_again_in_each_turn()
    {
        var pipe = NewPipe();
        var turns = new List<int>();
        pipe.Send();
        Loop.AddHandler(pipe.ReadEnd, (_, _) => turns.Add(Turn), IOEvents.Read);
        RunTurns(5);
        turns.ShouldBe([1, 2, 3, 4, 5]);
    }

    [Fact]
    public void Drained_data_is_not_reported_again()
    {
        var pipe = NewPipe();
        int calls = 0;
        pipe.Send(3);
        Loop.AddHandler(pipe.ReadEnd, (_, _) =>
        {
            calls++;
            pipe.Drain().ShouldBe(3);
        }, IOEvents.Read);
        RunTurns(5);
        calls.ShouldBe(1);
    }

    [Fact]
    public void Who_writes_to_nobody_is_called_to_find_out()
    {
        SkipUnless(!Fixture.EndsTurnsEarly, "a turn of it may end behind any handler");
        var (pipe, other) = (NewPipe(), NewPipe());
        int calls = 0, otherCalls = 0;
        pipe.CloseRead();
        Loop.AddHandler(pipe.WriteEnd, (_, events) => calls += (events & IOEvents.Write) != 0 ? 1 : 0, IOEvents.Write);
        Loop.AddHandler(other.WriteEnd, (_, events) => otherCalls += (events & IOEvents.Write) != 0 ? 1 : 0, IOEvents.None);
        other.CloseRead();
        Loop.UpdateHandler(other.WriteEnd, IOEvents.Write);
        RunTurns(2);
        calls.ShouldBe(2);
        otherCalls.ShouldBe(2);
    }

    [Fact]
    public void Data_left_behind_is_reported_while_nothing_else_happens()
    {
        var pipe = NewPipe();
        int calls = 0;
        pipe.Send();
        Loop.AddHandler(pipe.ReadEnd, (_, _) =>
        {
            if (++calls == 100)
                Loop.Stop();
        }, IOEvents.Read);
        Run("a hundred calls for data that is not read");
        calls.ShouldBe(100);
    }

    [Fact]
    public void A_hang_up_is_reported_to_a_handler_of_no_events()
    {
        var pipe = NewPipe();
        var calls = new List<IOEvents>();
        Loop.AddHandler(pipe.ReadEnd, (_, events) => calls.Add(events), IOEvents.None);
        pipe.Send();
        RunTurns(3);
        calls.ShouldBeEmpty();
        pipe.Drain();
        pipe.CloseWrite();
        RunTurns(3);
        calls.Count.ShouldBe(3);
        calls.ShouldAllBe(events => (events & IOEvents.Error) != 0 && (events & ~IOEvents.Error) == 0);
    }

    // Row: Error
    [Fact]
    public void A_pipe_without_readers_is_an_error_for_its_writer()
    {
        var pipe = NewPipe();
        var calls = new List<IOEvents>();
        pipe.CloseRead();
        Loop.AddHandler(pipe.WriteEnd, (_, events) => calls.Add(events), IOEvents.None);
        RunTurns(1);
        (calls.ShouldHaveSingleItem() & IOEvents.Error).ShouldNotBe(IOEvents.None);
    }

    [Fact]
    public void A_pipe_without_writers_hangs_up_for_its_reader()
    {
        var pipe = NewPipe();
        var calls = new List<IOEvents>();
        pipe.CloseWrite();
        Loop.AddHandler(pipe.ReadEnd, (_, events) => calls.Add(events), IOEvents.Read);
        RunTurns(1);
        (calls.ShouldHaveSingleItem() & IOEvents.Error).ShouldNotBe(IOEvents.None);
    }

    // Row: Duplicate add
    [Fact]
    public void A_second_handler_of_a_descriptor_is_refused_and_the_first_stays()
    {
        var counter = NewEventFd(signalled: true);
        var calls = new List<string>();
        Loop.AddHandler(counter.Number, (_, events) => calls.Add($"first {events}"), IOEvents.Read);
        Should.Throw<InvalidOperationException>(() => Loop.AddHandler(counter.Number, (_, _) => calls.Add("second"), IOEvents.Write))
            .Message.ShouldContain($"{counter.Number}");
        Should.Throw<InvalidOperationException>(() => Loop.AddHandler(counter.Number, async (_, _) => await Turns(1), IOEvents.Write));
        RunTurns(2);
        calls.ShouldBe(["first Read", "first Read"]);
    }

    [Fact]
    public void A_number_and_an_object_with_that_number_are_the_same_descriptor()
    {
        var pipe = NewPipe();
        using var handle = new DescriptorHandle(pipe.ReadEnd);
        pipe.Send();
        var calls = new List<string>();
        Loop.AddHandler(pipe.ReadEnd, (_, _) => calls.Add("number"), IOEvents.Read);
        Should.Throw<InvalidOperationException>(() => Loop.AddHandler(handle, (_, _) => calls.Add("handle"), IOEvents.Read));
        Should.Throw<InvalidOperationException>(() =>
            Loop.AddHandler(FileDescriptor.From(new CountingFile(pipe.ReadEnd)), (_, _) => calls.Add("file"), IOEvents.Read));
        RunTurns(1);
        Loop.RemoveHandler(handle);
        RunTurns(1);
        calls.ShouldBe(["number"]);
    }

    // Row: UpdateHandler on an unknown fd
    [Fact]
    public void Updating_an_unknown_descriptor_is_refused()
    {
        var pipe = NewPipe();
        Should.Throw<InvalidOperationException>(() => Loop.UpdateHandler(pipe.ReadEnd, IOEvents.Read)).Message.ShouldContain($"{pipe.ReadEnd}");
        Loop.AddHandler(pipe.ReadEnd, (_, _) => { }, IOEvents.Read);
        Loop.RemoveHandler(pipe.ReadEnd);
        Should.Throw<InvalidOperationException>(() => Loop.UpdateHandler(pipe.ReadEnd, IOEvents.Read));
    }

    [Fact]
    public void Removing_an_unknown_descriptor_does_nothing()
    {
        Loop.RemoveHandler(NewPipe().ReadEnd);
        Loop.RemoveHandler(Descriptors.Unused());
        Loop.RemoveHandler(-1);
        Loop.RemoveHandler(1_000_000);
        RunTurns(1);
    }

    [Fact]
    public void A_handler_may_be_added_removed_and_added_again()
    {
        var counter = NewEventFd(signalled: true);
        var calls = new List<string>();
        Loop.AddHandler(counter.Number, (_, _) => calls.Add("first"), IOEvents.Read);
        RunTurns(1);
        Loop.RemoveHandler(counter.Number);
        Loop.RemoveHandler(counter.Number);
        RunTurns(2);
        Loop.AddHandler(counter.Number, (_, events) => calls.Add($"second {events}"), IOEvents.Write);
        RunTurns(1);
        calls.ShouldBe(["first", "second Write"]);
    }

    [Fact]
    public void A_handler_added_in_a_callback_is_polled_in_the_same_turn()
    {
        var counter = NewEventFd(signalled: true);
        var turns = new List<int>();
        At(2, () => Loop.AddHandler(counter.Number, (_, _) => turns.Add(Turn), IOEvents.Read));
        RunTurns(3);
        turns.ShouldBe([2, 3]);
    }
}
