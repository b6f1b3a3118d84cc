using System.Diagnostics;
using IOLoops.Conformance;
using IOLoops.Polling;
using Shouldly;
using Xunit;

namespace IOLoops.Tests.Polling;

/// <summary>Each way to wait for less than a millisecond, also those that this C library needs no more.</summary>
public sealed class EpollPollerTests
{
    public static TheoryData<int> Precisions => [(int)EpollPrecision.Pwait2, (int)EpollPrecision.TimerFd, (int)EpollPrecision.Millisecond];

    [Theory]
    [MemberData(nameof(Precisions))]
    public void A_wait_is_never_too_short(int precision)
    {
        using var poller = new EpollPoller(new EventFdWaker(), (EpollPrecision)precision);
        var ready = new ReadyEvent[4];
        foreach (int ticks in new[] { 1, 2_500, 10_000, 23_456 })
        {
            long start = Stopwatch.GetTimestamp();
            poller.Wait(ready, ticks).ShouldBe(0);
            Stopwatch.GetElapsedTime(start).Ticks.ShouldBeGreaterThanOrEqualTo(ticks);
        }
    }

    [Theory]
    [MemberData(nameof(Precisions))]
    public void A_ready_descriptor_ends_a_wait(int precision)
    {
        using var poller = new EpollPoller(new EventFdWaker(), (EpollPrecision)precision);
        using var file = new EventFd();
        poller.Register(file.Number, 42, IOEvents.Read).ShouldBe(0);
        file.Signal();
        var ready = new ReadyEvent[4];
        poller.Wait(ready, TimeSpan.TicksPerHour).ShouldBe(1);
        ready[0].ShouldBe(new ReadyEvent(42, IOEvents.Read));
    }

    [Theory]
    [MemberData(nameof(Precisions))]
    public void A_wake_ends_a_wait_and_is_no_event(int precision)
    {
        using var poller = new EpollPoller(new PipeWaker(), (EpollPrecision)precision);
        poller.Wake();
        poller.Wake();
        var ready = new ReadyEvent[4];
        poller.Wait(ready, TimeSpan.TicksPerHour).ShouldBe(0);
        long start = Stopwatch.GetTimestamp();
        poller.Wait(ready, 10_000).ShouldBe(0);
        Stopwatch.GetElapsedTime(start).Ticks.ShouldBeGreaterThanOrEqualTo(10_000, "both wakes were taken by the first wait");
    }

    [Fact]
    public void This_machine_waits_with_the_best_it_has() => EpollPrecisions.Best.ShouldNotBe(EpollPrecision.Millisecond);

    [Fact]
    public void A_suspended_descriptor_is_silent_and_still_the_kernels_to_judge()
    {
        using var poller = new EpollPoller(new EventFdWaker());
        using var pair = new SocketPair();
        var ready = new ReadyEvent[4];
        poller.Register(pair.Left, 1, IOEvents.Read).ShouldBe(0);
        Descriptors.Close(pair.Right);
        poller.Wait(ready, 0).ShouldBe(1);
        poller.Suspend(pair.Left, 1).ShouldBe(0);
        poller.Wait(ready, 0).ShouldBeLessThanOrEqualTo(1);
        poller.Wait(ready, 0).ShouldBe(0, "also not for the hang-up");
        poller.Register(pair.Left, 1, IOEvents.Read).ShouldBe(17, "EEXIST");
        poller.Modify(pair.Left, 1, IOEvents.Read).ShouldBe(0);
        poller.Wait(ready, 0).ShouldBe(1);
    }

    [Fact]
    public void What_watches_the_set_itself_sees_that_a_rebuild_has_replaced_it()
    {
        using var poller = new EpollPoller(new EventFdWaker());
        int version = poller.SetVersion;
        poller.Rebuild([]);
        poller.SetVersion.ShouldNotBe(version);
    }

    [Fact]
    public void The_descriptor_for_other_loops_survives_a_rebuild()
    {
        using var outer = new EpollPoller(new EventFdWaker());
        using var poller = new EpollPoller(new EventFdWaker());
        using var file = new EventFd();
        var ready = new ReadyEvent[4];
        outer.Register(poller.Descriptor, 7, IOEvents.Read).ShouldBe(0);
        outer.Wait(ready, 0).ShouldBe(0);
        poller.Register(file.Number, 1, IOEvents.Read).ShouldBe(0);
        file.Signal();
        outer.Wait(ready, 0).ShouldBe(1);
        poller.Rebuild([]);
        outer.Wait(ready, 0).ShouldBe(0);
        poller.Register(file.Number, 1, IOEvents.Read).ShouldBe(0);
        outer.Wait(ready, 0).ShouldBe(1);
    }

    // Row: A dup keeps a closed fd's description alive (a stranger who got the number)
    [Fact]
    public void A_rebuilt_set_takes_in_no_number_that_is_another_file_by_now()
    {
        using var poller = new EpollPoller(new EventFdWaker());
        using var kept = new EventFd();
        using var reused = new EventFd();
        using var closed = new EventFd();
        using var stranger = new EventFd();
        var ready = new ReadyEvent[4];
        PollerEntry[] live = [new(kept.Number, 1, IOEvents.Read), new(reused.Number, 2, IOEvents.Read), new(closed.Number, 3, IOEvents.Read)];
        foreach (var entry in live)
            poller.Register(entry.Descriptor, entry.Token, entry.Events).ShouldBe(0);
        Descriptors.Replace(reused.Number, stranger.Number);
        closed.Dispose();
        poller.Rebuild(live);
        live.Select(entry => entry.Errno).ShouldBe([0, 2, 2], "0, ENOENT, ENOENT");
        stranger.Signal();
        poller.Wait(ready, 0).ShouldBe(0, "the stranger's events");
        kept.Signal();
        poller.Wait(ready, 0).ShouldBe(1);
        ready[0].Token.ShouldBe(1UL);
        poller.Register(reused.Number, 4, IOEvents.Read).ShouldBe(0, "nothing of it is left");
    }

    // A stranger who has the file open elsewhere, too, keeps it in every set that has taken it in.
    [Fact]
    public void A_rebuilt_set_takes_in_no_number_that_changes_files_meanwhile()
    {
        using var poller = new EpollPoller(new EventFdWaker());
        using var reused = new EventFd();
        using var one = new EventFd();
        using var other = new EventFd();
        one.Signal();
        other.Signal();
        var ready = new ReadyEvent[4];
        poller.Register(reused.Number, 1, IOEvents.Read).ShouldBe(0);
        Descriptors.Replace(reused.Number, one.Number);
        bool isOver = false;
        var strangers = OtherThread.Start(() =>
        {
            while (!Volatile.Read(ref isOver))
            {
                Descriptors.Replace(reused.Number, other.Number);
                Descriptors.Replace(reused.Number, one.Number);
            }
        });
        foreach (int round in Bounded.Rounds(20_000))
        {
            PollerEntry[] live = [new(reused.Number, 1, IOEvents.Read)];
            poller.Rebuild(live);
            live[0].Errno.ShouldBe(2, "ENOENT");
            poller.Wait(ready, 0).ShouldBe(0, $"a stranger's events in round {round}");
        }
        Volatile.Write(ref isOver, true);
        strangers.Join();
    }

    [Fact]
    public void A_rebuilt_set_takes_in_no_stranger_who_gets_a_registered_number_meanwhile()
    {
        using var poller = new EpollPoller(new EventFdWaker());
        using var registered = new EventFd();
        using var one = new EventFd();
        using var other = new EventFd();
        using var number = new EventFd();
        one.Signal();
        other.Signal();
        var ready = new ReadyEvent[4];
        int begun = 0, ended = 0;
        bool isOver = false;
        var strangers = OtherThread.Start(() =>
        {
            for (int round = 1; !Volatile.Read(ref isOver);)
            {
                if (Volatile.Read(ref begun) < round)
                    continue;
                Thread.SpinWait(round % 50);
                for (int i = 0; i < 4; i++)
                    Descriptors.Replace(number.Number, (i % 2 == 0 ? one : other).Number);
                Volatile.Write(ref ended, round++);
            }
        });
        foreach (int round in Bounded.Rounds(20_000))
        {
            Descriptors.Replace(number.Number, registered.Number);
            poller.Register(number.Number, 1, IOEvents.Read).ShouldBe(0);
            PollerEntry[] live = [new(number.Number, 1, IOEvents.Read)];
            Volatile.Write(ref begun, round + 1);
            poller.Rebuild(live);
            Bounded.Until(() => Volatile.Read(ref ended) > round, "the number belongs to a stranger");
            poller.Wait(ready, 0).ShouldBe(0, $"a stranger's events in round {round}");
            poller.Rebuild([]); // without what it knew by this number
        }
        Volatile.Write(ref isOver, true);
        strangers.Join();
    }

    [Fact]
    public void A_poller_that_cannot_be_made_disposes_of_the_waker_it_was_given()
    {
        var waker = new RefusedWaker();
        Should.Throw<IOException>(() => new EpollPoller(waker)).Message.ShouldContain("epoll_ctl");
        waker.IsDisposed.ShouldBeTrue();
    }

    private sealed class RefusedWaker : IWaker
    {
        public WakerKind Kind => WakerKind.EventFd;

        public int Descriptor { get; } = Descriptors.Unused();

        internal bool IsDisposed { get; private set; }

        public void Wake()
        {
        }

        public void Drain()
        {
        }

        public void Dispose() => IsDisposed = true;
    }
}
