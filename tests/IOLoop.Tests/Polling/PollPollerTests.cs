using IOLoops.Conformance;
using IOLoops.Interop;
using IOLoops.Polling;
using Shouldly;
using Xunit;

namespace IOLoops.Tests.Polling;

public sealed class PollPollerTests : IDisposable
{
    private readonly PollPoller<UnixPollDescriptor> _poller = new(() => new EventFdWaker());

    [Fact]
    public void When_more_are_ready_than_there_is_room_for_all_have_their_turn()
    {
        var files = Enumerable.Range(0, 10).Select(_ => new EventFd()).ToList();
        for (int i = 0; i < files.Count; i++)
        {
            files[i].Signal();
            _poller.Register(files[i].Number, (ulong)i, IOEvents.Read).ShouldBe(0);
        }
        var seen = new HashSet<ulong>();
        var ready = new ReadyEvent[3];
        for (int wait = 0; wait < 4; wait++)
        {
            _poller.Wait(ready, 0).ShouldBe(3);
            foreach (var found in ready)
                seen.Add(found.Token);
        }
        seen.Count.ShouldBe(files.Count);
        files.ForEach(file => file.Dispose());
    }

    [Fact]
    public void A_number_closed_while_registered_is_forgotten()
    {
        var file = new EventFd();
        _poller.Register(file.Number, 1, IOEvents.Read).ShouldBe(0);
        int number = file.Number;
        file.Dispose();
        var ready = new ReadyEvent[2];
        _poller.Wait(ready, 0).ShouldBe(0);
        _poller.Unregister(number).ShouldBe(2, "ENOENT");
    }

    [Fact]
    public void A_number_that_stands_for_another_file_is_registered_anew()
    {
        using var old = new Pipe();
        using var next = new Pipe();
        _poller.Register(old.ReadEnd, 1, IOEvents.Read).ShouldBe(0);
        _poller.Register(old.ReadEnd, 2, IOEvents.Read).ShouldBe(17, "EEXIST");
        Descriptors.Replace(old.ReadEnd, next.ReadEnd);
        _poller.Modify(old.ReadEnd, 1, IOEvents.Read).ShouldBe(2, "ENOENT");
        _poller.Register(old.ReadEnd, 3, IOEvents.Read).ShouldBe(0);
        next.Send();
        var ready = new ReadyEvent[2];
        _poller.Wait(ready, 0).ShouldBe(1);
        ready[0].Token.ShouldBe(3ul);
    }

    [Fact]
    public void A_suspended_descriptor_is_silent()
    {
        using var pair = new SocketPair();
        _poller.Register(pair.Left, 1, IOEvents.Read).ShouldBe(0);
        Descriptors.Close(pair.Right);
        _poller.Suspend(pair.Left, 1).ShouldBe(0);
        var ready = new ReadyEvent[2];
        _poller.Wait(ready, 0).ShouldBe(0);
        _poller.Modify(pair.Left, 1, IOEvents.Read).ShouldBe(0);
        _poller.Wait(ready, 0).ShouldBe(1);
        _poller.Suspend(pair.Left, 1).ShouldBe(0);
        _poller.Unregister(pair.Left).ShouldBe(0);
        _poller.Wait(ready, 0).ShouldBe(0);
    }

    [Fact]
    public void A_waker_that_somebody_closed_is_an_error_not_a_spin()
    {
        using var poller = new PollPoller<UnixPollDescriptor>(() => new ClosedWaker());
        Should.Throw<IOException>(() => poller.Wait(new ReadyEvent[2], 0)).Message.ShouldContain("EBADF");
    }

    [Fact]
    public void A_sleeper_whose_own_waker_somebody_has_closed_wakes_its_loop_and_is_replaced()
    {
        int made = 0;
        using var poller = new PollPoller<UnixPollDescriptor>(() => Interlocked.Increment(ref made) == 2 ? new BrokenWaker() : new EventFdWaker());
        using var woken = new SemaphoreSlim(0);
        using var file = new EventFd();
        poller.Register(file.Number, 1, IOEvents.Read).ShouldBe(0);
        var sleeper = poller.CreateSleeper(() => woken.Release());
        sleeper.Arm();
        woken.Wait(TimeSpan.FromSeconds(30)).ShouldBeTrue("the loop may look");
        sleeper.Arm();
        made.ShouldBe(3);
        woken.Wait(0).ShouldBeFalse();
        file.Signal();
        woken.Wait(TimeSpan.FromSeconds(30)).ShouldBeTrue("the next thread watches");
        sleeper.Leave();
    }

    public void Dispose() => _poller.Dispose();

    /// <summary>A real waker's number might be another test's file as soon as it is closed. Nobody opens this one again.</summary>
    private sealed class ClosedWaker : IWaker
    {
        public WakerKind Kind => WakerKind.EventFd;

        public int Descriptor { get; } = Descriptors.Unused();

        public void Wake() => throw new InvalidOperationException("Nobody wakes it.");

        public void Drain() => throw new InvalidOperationException("Nothing can be read.");

        public void Dispose()
        {
        }
    }

    private sealed class BrokenWaker : IWaker
    {
        private readonly EventFdWaker _waker = new();

        public WakerKind Kind => _waker.Kind;

        public int Descriptor => _waker.Descriptor;

        public void Wake() => _waker.Wake();

        public void Drain() => throw new IOException("broken");

        public void Dispose() => _waker.Dispose();
    }
}
