using IOLoops.Conformance;
using IOLoops.Interop;
using IOLoops.Polling;
using Shouldly;
using Xunit;

namespace IOLoops.Tests.Polling;

public sealed class KqueuePollerTests : IDisposable
{
    private readonly PollKqueue _kqueue = new();
    private readonly KqueuePoller _poller;
    private readonly ReadyEvent[] _ready = new ReadyEvent[8];

    public KqueuePollerTests()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "the kqueue made of poll asks /proc for kinds of files");
        _poller = new KqueuePoller(_kqueue, null);
    }

    [Fact]
    public void Both_filters_of_one_number_are_one_event()
    {
        using var pair = new SocketPair();
        Descriptors.Write(pair.Right);
        _poller.Register(pair.Left, 7, IOEvents.Read | IOEvents.Write).ShouldBe(Errno.Ok);
        _poller.Wait(_ready, 0).ShouldBe(1);
        _ready[0].ShouldBe(new ReadyEvent(7, IOEvents.Read | IOEvents.Write));
    }

    [Fact]
    public void A_number_that_stands_for_another_file_is_registered_anew()
    {
        using var old = new Pipe();
        using var next = new Pipe();
        _poller.Register(old.ReadEnd, 1, IOEvents.Read).ShouldBe(Errno.Ok);
        _poller.Register(old.ReadEnd, 2, IOEvents.Read).ShouldBe(Errno.EEXIST);
        Descriptors.Replace(old.ReadEnd, next.ReadEnd);
        _poller.Modify(old.ReadEnd, 1, IOEvents.Read).ShouldBe(Errno.ENOENT);
        _poller.Register(old.ReadEnd, 3, IOEvents.Read).ShouldBe(Errno.Ok);
        next.Send();
        _poller.Wait(_ready, 0).ShouldBe(1);
        _ready[0].Token.ShouldBe(3ul);
    }

    [Fact]
    public void A_suspended_number_is_silent_until_it_is_modified()
    {
        using var pipe = new Pipe();
        pipe.Send();
        _poller.Register(pipe.ReadEnd, 1, IOEvents.Read).ShouldBe(Errno.Ok);
        _poller.Suspend(pipe.ReadEnd, 1).ShouldBe(Errno.Ok);
        _poller.Wait(_ready, 0).ShouldBe(0);
        _poller.Register(pipe.ReadEnd, 2, IOEvents.Read).ShouldBe(Errno.EEXIST);
        _poller.Wait(_ready, 0).ShouldBe(0);
        _poller.Modify(pipe.ReadEnd, 1, IOEvents.Read).ShouldBe(Errno.Ok);
        _poller.Wait(_ready, 0).ShouldBe(1);
    }

    [Fact]
    public void Who_asks_for_nothing_is_not_woken_by_data_again_and_again()
    {
        using var pair = new SocketPair();
        _poller.Register(pair.Left, 1, IOEvents.None).ShouldBe(Errno.Ok);
        Descriptors.Write(pair.Right);
        _poller.Wait(_ready, 0);
        _poller.Wait(_ready, 0).ShouldBe(0);
        Descriptors.Close(pair.Right);
        _poller.Wait(_ready, 0).ShouldBe(1);
    }

    [Fact]
    public void A_filter_that_clears_itself_is_replaced_by_one_that_does_not()
    {
        using var pipe = new Pipe();
        _poller.Register(pipe.ReadEnd, 1, IOEvents.None).ShouldBe(Errno.Ok);
        _kqueue.Changes.Clear();
        _poller.Modify(pipe.ReadEnd, 1, IOEvents.Read).ShouldBe(Errno.Ok);
        _kqueue.Changes.Select(change => change.Flags).ShouldBe([Kevent.Enable, Kevent.Delete, (ushort)(Kevent.Add | Kevent.Enable)]);
    }

    [Fact]
    public void A_pipe_whose_readers_have_gone_is_always_ready_to_its_writer()
    {
        using var pipe = new Pipe();
        pipe.CloseRead();
        _poller.Register(pipe.WriteEnd, 1, IOEvents.Write).ShouldBe(Errno.EPERM);
        _poller.Unregister(pipe.WriteEnd).ShouldBe(Errno.ENOENT, "nothing was kept");
        _poller.Register(pipe.WriteEnd, 2, IOEvents.None).ShouldBe(Errno.Ok);
        _poller.Modify(pipe.WriteEnd, 2, IOEvents.Write).ShouldBe(Errno.EPERM);
        _poller.Register(pipe.WriteEnd, 3, IOEvents.Write).ShouldBe(Errno.EPERM, "it is not there any more");
    }

    [Theory]
    [InlineData(FileKind.Device, Errno.EPERM)]    // /dev/null: always ready
    [InlineData(FileKind.Terminal, Errno.EINVAL)] // /dev/tty of macOS: it is unknown when
    public void A_device_without_filters_is_always_ready_unless_it_is_a_terminal(object kind, int expected)
    {
        using var pipe = new Pipe();
        _kqueue.Kind = (FileKind)kind;
        _kqueue.Refuses = static change => change.Filter == Kevent.Read ? Errno.EINVAL : Errno.Ok;
        _poller.Register(pipe.ReadEnd, 1, IOEvents.Read).ShouldBe(expected);
    }

    [Fact]
    public void A_wake_ends_the_next_wait_once()
    {
        _poller.Wake();
        _poller.Wait(_ready, -1).ShouldBe(0);
        _poller.Wait(_ready, 0).ShouldBe(0);
    }

    [Theory]
    [InlineData(Kevent.Read, 0, 0u, FileKind.Socket, IOEvents.Read)]
    [InlineData(Kevent.Read, Kevent.EndOfFile, 0u, FileKind.Socket, IOEvents.Read | IOEvents.ReadHangUp)]
    [InlineData(Kevent.Read, Kevent.EndOfFile, 54u, FileKind.Socket, IOEvents.Read | IOEvents.ReadHangUp | IOEvents.Error)]
    [InlineData(Kevent.Read, Kevent.EndOfFile, 0u, FileKind.Pipe, IOEvents.Read | KqueueInterest.HangUpBit)]
    [InlineData(Kevent.Read, Kevent.EndOfFile, 0u, FileKind.Device, IOEvents.Read | KqueueInterest.HangUpBit)]
    [InlineData(Kevent.Write, 0, 0u, FileKind.Pipe, IOEvents.Write)]
    [InlineData(Kevent.Write, Kevent.EndOfFile, 0u, FileKind.Pipe, IOEvents.Write | KqueueInterest.ErrorBit)]
    [InlineData(Kevent.Write, Kevent.EndOfFile, 61u, FileKind.Socket, IOEvents.Write | IOEvents.Error)]
    [InlineData(Kevent.Read, Kevent.Error, 0u, FileKind.Socket, IOEvents.Read | KqueueInterest.ErrorBit)]
    [InlineData(Kevent.Write, Kevent.Error, 0u, FileKind.Pipe, IOEvents.Write | KqueueInterest.ErrorBit)]
    public void The_end_of_a_file_means_what_epoll_means(short filter, int flags, uint filterFlags, object kind, IOEvents expected) =>
        KqueueInterest.Translate(new Kevent { Filter = filter, Flags = (ushort)flags, FilterFlags = filterFlags }, (FileKind)kind).ShouldBe(expected);

    [Fact]
    public void An_end_is_reported_in_every_wait_to_those_who_asked()
    {
        using var pair = new SocketPair();
        _poller.Register(pair.Left, 1, IOEvents.ReadHangUp).ShouldBe(Errno.Ok);
        Descriptors.ShutdownWrite(pair.Right);
        for (int wait = 0; wait < 3; wait++)
            _poller.Wait(_ready, 0).ShouldBe(1);
        _poller.Modify(pair.Left, 1, IOEvents.None).ShouldBe(Errno.Ok);
        _poller.Wait(_ready, 0);
        _poller.Wait(_ready, 0).ShouldBe(0, "an orderly end is no news to one who asked for nothing");
        Descriptors.Close(pair.Right);
    }

    [Fact]
    public void An_end_that_was_reported_is_to_be_seen_from_outside_before_the_next_wait()
    {
        using var pair = new SocketPair();
        _poller.Register(pair.Left, 1, IOEvents.ReadHangUp).ShouldBe(Errno.Ok);
        Descriptors.ShutdownWrite(pair.Right);
        _kqueue.Changes.Clear();
        _poller.Wait(_ready, 0).ShouldBe(1);
        _kqueue.Changes.Select(change => change.Flags).ShouldBe([Kevent.Delete, (ushort)(Kevent.Add | Kevent.Clear)]);
    }

    [Fact]
    public void An_end_that_was_suspended_meanwhile_is_reported_again()
    {
        using var pair = new SocketPair();
        _poller.Register(pair.Left, 1, IOEvents.ReadHangUp).ShouldBe(Errno.Ok);
        Descriptors.ShutdownWrite(pair.Right);
        _poller.Wait(_ready, 0).ShouldBe(1);
        _poller.Suspend(pair.Left, 1).ShouldBe(Errno.Ok);
        _poller.Wait(_ready, 0).ShouldBe(0);
        _poller.Modify(pair.Left, 1, IOEvents.ReadHangUp).ShouldBe(Errno.Ok);
        _poller.Wait(_ready, 0).ShouldBe(1);
    }

    [Fact]
    public void When_one_direction_has_ended_the_other_one_is_asked_about()
    {
        using var pair = new SocketPair();
        _poller.Register(pair.Left, 1, IOEvents.Read).ShouldBe(Errno.Ok);
        Descriptors.Close(pair.Right);
        _poller.Wait(_ready, 0).ShouldBe(1);
        _kqueue.Questions.ShouldBe([IOEvents.Write]);
        _kqueue.Questions.Clear();
        _poller.Modify(pair.Left, 1, IOEvents.Write).ShouldBe(Errno.Ok);
        _poller.Wait(_ready, 0).ShouldBe(1);
        _kqueue.Questions.ShouldBe([IOEvents.Read]);
    }

    [Fact]
    public void A_deadline_beyond_what_the_kernel_takes_is_waited_for_in_parts()
    {
        using var pipe = new Pipe();
        pipe.Send();
        _poller.Register(pipe.ReadEnd, 1, IOEvents.Read).ShouldBe(Errno.Ok);
        _poller.Wait(_ready, long.MaxValue).ShouldBe(1);
    }

    [Fact]
    public void A_one_shot_set_reports_each_member_once_and_then_its_end()
    {
        using var set = new KqueueOneShotSet(new PollKqueue());
        using var pipe = new Pipe();
        pipe.Send();
        var tokens = new ulong[4];
        set.Watch(pipe.ReadEnd, 5).ShouldBe(Errno.Ok);
        set.Wait(tokens).ShouldBe(1);
        tokens[0].ShouldBe(5ul);
        set.End();
        set.Wait(tokens).ShouldBe(1);
        tokens[0].ShouldBe(IPoller.WakerToken);
    }

    public void Dispose() => _poller?.Dispose();
}
