using IOLoops.Conformance;
using IOLoops.Interop;
using IOLoops.Polling;
using Shouldly;
using Xunit;

namespace IOLoops.Tests.Polling;

/// <summary>What the AFD poller decides, over a driver made of poll(2).</summary>
public sealed partial class AfdPollerTests : IDisposable
{
    private readonly PollAfdPort _port = new();
    private readonly AfdPoller _poller;
    private readonly ReadyEvent[] _ready = new ReadyEvent[8];
    private readonly Stack<IDisposable> _owned = new();

    public AfdPollerTests()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "the driver made of poll asks /proc for kinds of files");
        _poller = new AfdPoller(_port, TimeSpan.FromMilliseconds(50));
    }

    [Fact]
    public void Idle_sockets_cost_nothing_and_a_ready_one_a_poll_per_report()
    {
        var pipes = Enumerable.Range(0, 20).Select(_ => NewPipe()).ToList();
        for (int i = 0; i < pipes.Count; i++)
            _poller.Register(pipes[i].ReadEnd, (ulong)i, IOEvents.Read).ShouldBe(Errno.Ok);
        _port.Arms.ShouldBe(0, "registering asks the driver for nothing");
        _poller.Wait(_ready, 0).ShouldBe(0);
        _port.Arms.ShouldBe(20);
        pipes[7].Send();
        for (int wait = 0; wait < 3; wait++)
        {
            _poller.Wait(_ready, 0).ShouldBe(1, "level-triggered");
            _ready[0].ShouldBe(new ReadyEvent(7, IOEvents.Read));
            _port.Arms.ShouldBe(20 + wait);
        }
        pipes[7].Drain();
        _poller.Wait(_ready, 0).ShouldBe(0);
        _poller.Wait(_ready, 0).ShouldBe(0);
        _port.Arms.ShouldBe(23);
    }

    [Fact]
    public void A_registration_does_not_begin_suspended_because_an_earlier_one_has_ended_so()
    {
        var pipe = NewPipe();
        pipe.Send();
        for (int round = 0; round < 3; round++)
        {
            _poller.Register(pipe.ReadEnd, 7, IOEvents.Read).ShouldBe(Errno.Ok);
            _poller.Wait(_ready, 0).ShouldBe(1);
            _poller.Suspend(pipe.ReadEnd, 7).ShouldBe(Errno.Ok);
            _poller.Wait(_ready, 0).ShouldBe(0);
            _poller.Unregister(pipe.ReadEnd).ShouldBe(Errno.Ok);
        }
    }

    [Fact]
    public void A_poll_that_asks_for_enough_already_is_left_alone()
    {
        using var pair = new SocketPair();
        _poller.Register(pair.Left, 1, IOEvents.Read | IOEvents.Priority).ShouldBe(Errno.Ok);
        _poller.Wait(_ready, 0).ShouldBe(0);
        _poller.Modify(pair.Left, 1, IOEvents.Read).ShouldBe(Errno.Ok);
        _poller.Modify(pair.Left, 1, IOEvents.None).ShouldBe(Errno.Ok);
        _poller.Wait(_ready, 0).ShouldBe(0);
        (_port.Arms, _port.Cancellations).ShouldBe((1, 0));
        Descriptors.Write(pair.Right);
        _poller.Wait(_ready, 0).ShouldBe(0, "no handler asks for data any more");
        _poller.Wait(_ready, 0).ShouldBe(0);
        _port.Arms.ShouldBe(2);
    }

    [Fact]
    public void A_poll_that_asks_for_too_little_is_replaced_without_waiting_for_its_end()
    {
        using var pair = new SocketPair();
        _poller.Register(pair.Left, 1, IOEvents.Read).ShouldBe(Errno.Ok);
        _poller.Wait(_ready, 0).ShouldBe(0);
        _poller.Modify(pair.Left, 2, IOEvents.Write).ShouldBe(Errno.Ok);
        _port.Cancellations.ShouldBe(1);
        _poller.Wait(_ready, 0).ShouldBe(1);
        _ready[0].ShouldBe(new ReadyEvent(2, IOEvents.Write));
    }

    [Fact]
    public void What_was_ready_before_a_modification_is_asked_again()
    {
        var pipe = NewPipe();
        _poller.Register(pipe.ReadEnd, 1, IOEvents.Read).ShouldBe(Errno.Ok);
        _poller.Wait(_ready, 0).ShouldBe(0);
        pipe.Send();
        _port.Look();
        pipe.Drain();
        _poller.Modify(pipe.ReadEnd, 1, IOEvents.Read).ShouldBe(Errno.Ok);
        _poller.Wait(_ready, 0).ShouldBe(0, "its data was read before it was modified");
        pipe.Send();
        _poller.Wait(_ready, 0).ShouldBe(1);
    }

    [Fact]
    public void A_suspended_number_is_silent_until_it_is_modified()
    {
        var pipe = NewPipe();
        _poller.Register(pipe.ReadEnd, 1, IOEvents.Read).ShouldBe(Errno.Ok);
        _poller.Wait(_ready, 0).ShouldBe(0);
        _poller.Suspend(pipe.ReadEnd, 1).ShouldBe(Errno.Ok);
        pipe.Send();
        for (int wait = 0; wait < 3; wait++)
            _poller.Wait(_ready, 0).ShouldBe(0);
        _port.Arms.ShouldBe(1);
        _poller.Register(pipe.ReadEnd, 2, IOEvents.Read).ShouldBe(Errno.EEXIST);
        _poller.Modify(pipe.ReadEnd, 1, IOEvents.Read).ShouldBe(Errno.Ok);
        _poller.Wait(_ready, 0).ShouldBe(1);
        _poller.Suspend(pipe.ReadEnd, 1).ShouldBe(Errno.Ok);
        _poller.Wait(_ready, 0).ShouldBe(0, "it was reported, and is not polled again");
        _port.Arms.ShouldBe(2);
    }

    [Fact]
    public void A_number_that_is_suspended_when_its_poll_has_completed_is_not_reported()
    {
        var pipe = NewPipe();
        var other = NewPipe();
        _poller.Register(pipe.ReadEnd, 1, IOEvents.Read).ShouldBe(Errno.Ok);
        _poller.Register(other.ReadEnd, 2, IOEvents.Read).ShouldBe(Errno.Ok);
        _poller.Wait(_ready, 0).ShouldBe(0);
        pipe.Send();
        _poller.Modify(other.ReadEnd, 2, IOEvents.Read).ShouldBe(Errno.Ok); // looks, and takes it
        _poller.Suspend(pipe.ReadEnd, 1).ShouldBe(Errno.Ok);
        _poller.Wait(_ready, 0).ShouldBe(0);
    }

    [Fact]
    public void A_cancelled_poll_reports_nothing_and_is_begun_again()
    {
        var pipe = NewPipe();
        _poller.Register(pipe.ReadEnd, 1, IOEvents.Read).ShouldBe(Errno.Ok);
        _poller.Wait(_ready, 0).ShouldBe(0);
        _port.CancelAll(); // as Windows does when the thread ends that has begun it
        _poller.Wait(_ready, 0).ShouldBe(0, "it carries the events that it has asked for");
        pipe.Send();
        _poller.Wait(_ready, 0).ShouldBe(1);
    }

    [Fact]
    public void A_poll_that_fails_is_an_error_to_its_handler()
    {
        var pipe = NewPipe();
        _poller.Register(pipe.ReadEnd, 1, IOEvents.Read).ShouldBe(Errno.Ok);
        _poller.Wait(_ready, 0).ShouldBe(0);
        _port.Fail(NtStatus.InsufficientResources);
        _poller.Wait(_ready, 0).ShouldBe(1);
        (_ready[0].Events & IOEvents.Error).ShouldBe(IOEvents.Error);
    }

    [Theory]
    [InlineData(IOEvents.None)]
    [InlineData(IOEvents.Read)]
    public void A_writer_without_room_is_not_told_that_its_peer_writes_no_more(IOEvents before)
    {
        using var pair = new SocketPair();
        Descriptors.Fill(pair.Left);
        Descriptors.ShutdownWrite(pair.Right);
        _poller.Register(pair.Left, 1, before).ShouldBe(Errno.Ok);
        _poller.Wait(_ready, 0).ShouldBe(1);
        _poller.Modify(pair.Left, 1, IOEvents.Write).ShouldBe(Errno.Ok);
        _poller.Wait(_ready, 0).ShouldBe(0, "it would be called in each turn, and could do nothing");
        _poller.Wait(_ready, 0).ShouldBe(0);
        while (_poller.Wait(_ready, 0) == 0)
            Descriptors.Read(pair.Right); // fails when nothing is left
        _ready[0].Events.ShouldBe(IOEvents.Write);
    }

    [Fact]
    public void A_poll_that_cannot_be_begun_is_tried_again()
    {
        var pipe = NewPipe();
        var other = NewPipe();
        pipe.Send();
        other.Send();
        _poller.Register(pipe.ReadEnd, 1, IOEvents.Read).ShouldBe(Errno.Ok);
        _poller.Register(other.ReadEnd, 2, IOEvents.Read).ShouldBe(Errno.Ok);
        _port.Refuses = socket => socket == pipe.ReadEnd ? Errno.ENOMEM : Errno.Ok;
        Should.Throw<IOException>(() => _poller.Wait(_ready, 0)).Message.ShouldContain($"{pipe.ReadEnd}");
        _port.Refuses = static _ => Errno.Ok;
        _poller.Wait(_ready, 0).ShouldBe(2);
    }

    [Fact]
    public void When_more_are_ready_than_there_is_room_for_all_have_their_turn()
    {
        var seen = new HashSet<ulong>();
        for (int i = 0; i < 10; i++)
        {
            var pipe = NewPipe();
            pipe.Send();
            _poller.Register(pipe.ReadEnd, (ulong)i, IOEvents.Read).ShouldBe(Errno.Ok);
        }
        for (int wait = 0; wait < 4; wait++)
        {
            _poller.Wait(_ready.AsSpan(0, 3), 0).ShouldBe(3);
            foreach (var found in _ready.AsSpan(0, 3))
                seen.Add(found.Token);
        }
        seen.Count.ShouldBe(10);
    }

    [Fact]
    public void A_wake_ends_the_next_wait_once()
    {
        _poller.Wake();
        WaitLong().ShouldBe(0);
        _poller.Wait(_ready, 0).ShouldBe(0);
        _poller.Wait(_ready, TimeSpan.TicksPerMillisecond).ShouldBe(0);
    }

    [Fact]
    public void What_comes_while_the_driver_is_asked_about_a_number_is_not_lost()
    {
        var pipe = NewPipe();
        var other = NewPipe();
        _poller.Register(pipe.ReadEnd, 1, IOEvents.Read).ShouldBe(Errno.Ok);
        _poller.Register(other.ReadEnd, 2, IOEvents.Read).ShouldBe(Errno.Ok);
        _poller.Wait(_ready, 0).ShouldBe(0);
        pipe.Send();
        _poller.Wake();
        _poller.Modify(other.ReadEnd, 2, IOEvents.Read).ShouldBe(Errno.Ok); // looks, and takes both
        WaitLong().ShouldBe(1);
        _ready[0].Token.ShouldBe(1ul);
        _poller.Modify(other.ReadEnd, 2, IOEvents.Read).ShouldBe(Errno.Ok);
        _poller.Wake();
        _poller.Modify(other.ReadEnd, 2, IOEvents.Read).ShouldBe(Errno.Ok);
        pipe.Drain();
        WaitLong().ShouldBe(0, "woken");
    }

    public void Dispose()
    {
        if (_poller is null)
            return;
        _poller.Dispose();
        _port.UnderWay.ShouldBe(0, "every poll is the poller's again");
        while (_owned.TryPop(out var pipe))
            pipe.Dispose();
    }

    /// <summary>Without an end of its own.</summary>
    private int WaitLong()
    {
        var wait = Task.Run(() => _poller.Wait(_ready, -1));
        Bounded.Await(wait, "the end of a wait");
        return wait.GetAwaiter().GetResult();
    }

    private Pipe NewPipe()
    {
        var pipe = new Pipe();
        _owned.Push(pipe);
        return pipe;
    }
}
