using IOLoops.Conformance;
using Shouldly;
using Xunit;

namespace IOLoops.Tests;

public abstract partial class NativeTests
{
    [Fact]
    public void A_turn_counts_what_it_ran()
    {
        int ran = 0;
        Loop.RunOnce(TimeSpan.Zero).ShouldBe(0);
        Loop.AddCallback(() => ran++);
        Loop.AddCallback(() => ran++);
        Loop.CallAt(Loop.Time, () => ran++);
        Loop.CallLater(Hour, () => ran++);
        Loop.AddHandler(NewEventFd(signalled: true).Number, (_, _) => ran++, IOEvents.Read);
        Loop.RunOnce(TimeSpan.Zero).ShouldBe(4);
        ran.ShouldBe(4);
        Loop.RunOnce(TimeSpan.Zero).ShouldBe(1);
        Loop.IsRunning.ShouldBeFalse();
    }

    [Fact]
    public void A_turn_that_finds_nothing_lasts_as_long_as_it_may()
    {
        var began = Loop.Time;
        Loop.RunOnce(Moment).ShouldBe(0);
        (Loop.Time - began).ShouldBeGreaterThanOrEqualTo(Moment);
    }

    [Fact]
    public void A_turn_that_ran_a_callback_does_not_sleep()
    {
        Loop.AddCallback(() => { });
        Guarded("a turn that must not sleep", () => Loop.RunOnce(Timeout.InfiniteTimeSpan).ShouldBe(1));
        Loop.CallAt(Loop.Time, () => { });
        Guarded("a turn that must not sleep", () => Loop.RunOnce(Hour).ShouldBe(1));
    }

    // Adding a timeout from outside a turn wakes the loop, which ends the next sleep anyway.
    [Fact]
    public void A_turn_that_ran_a_timeout_does_not_sleep_though_nobody_has_woken_it()
    {
        LoopTime deadline;
        do
        {
            deadline = Loop.Time + Moment;
            Loop.CallAt(deadline, () => { });
        }
        while (Loop.RunOnce(TimeSpan.Zero) > 0);
        while (Loop.Time < deadline)
            Thread.SpinWait(100);
        Guarded("a turn that must not sleep", () => Loop.RunOnce(Hour).ShouldBe(1));
    }

    [Fact]
    public void A_turn_ends_with_what_became_due_while_it_slept()
    {
        int ran = 0;
        var deadline = Loop.Time + Moment;
        Loop.CallAt(deadline, () =>
        {
            ran++;
            Loop.Time.ShouldBeGreaterThanOrEqualTo(deadline);
        });
        // Adding the timeout from outside a turn may have woken the loop once.
        int turns = 0;
        Guarded("a timeout", () =>
        {
            while (++turns <= 2 && Loop.RunOnce(Timeout.InfiniteTimeSpan) == 0)
                continue;
        });
        ran.ShouldBe(1);
    }

    [Fact]
    public void A_turn_is_woken_by_another_thread()
    {
        int ran = 0;
        var loop = Loop;
        var other = OtherThread.Start(() => loop.AddCallback(() => ran++));
        Guarded("a callback of another thread", () => Await(() => loop.RunOnce(Timeout.InfiniteTimeSpan) == 1, "one callback"));
        other.Join();
        ran.ShouldBe(1);
    }

    [Fact]
    public void A_turn_refuses_a_negative_time()
    {
        Should.Throw<ArgumentOutOfRangeException>(() => Loop.RunOnce(TimeSpan.FromTicks(-1)));
        Should.Throw<ArgumentOutOfRangeException>(() => Loop.RunOnce(TimeSpan.MinValue));
        Loop.AddCallback(() => { });
        Loop.RunOnce(TimeSpan.MaxValue).ShouldBe(1);
    }

    // Row: Nested Start/RunSync on a running loop
    [Fact]
    public void A_turn_does_not_nest()
    {
        int ran = 0;
        Loop.AddCallback(() =>
        {
            Loop.IsRunning.ShouldBeTrue();
            Should.Throw<InvalidOperationException>(() => Loop.RunOnce(TimeSpan.Zero));
            Should.Throw<InvalidOperationException>(() => Loop.Start());
            ran++;
        });
        Loop.RunOnce(TimeSpan.Zero).ShouldBe(1);
        Failures.All.ShouldBeEmpty();
        ran.ShouldBe(1);
        Loop.Close();
        Should.Throw<ObjectDisposedException>(() => Loop.RunOnce(TimeSpan.Zero));
    }

    [Fact]
    public void A_stop_before_a_turn_ends_that_turn_alone()
    {
        Loop.AddCallback(() => { });
        Loop.Stop();
        Loop.RunOnce(Hour).ShouldBe(0);
        Loop.RunOnce(Hour).ShouldBe(1);
    }

    // Row: Clock; the loop as a part of another loop
    [Fact]
    public void The_backend_s_timeout_tells_when_a_turn_is_due()
    {
        Loop.BackendTimeout.ShouldBeNull();
        var hour = Loop.CallLater(Hour, () => { });
        Loop.BackendTimeout.ShouldNotBeNull().ShouldBeInRange(TimeSpan.FromTicks(1), Hour);
        var due = Loop.CallAt(Loop.Time, () => { });
        Loop.BackendTimeout.ShouldBe(TimeSpan.Zero);
        Loop.RemoveTimeout(due);
        Loop.BackendTimeout.ShouldNotBeNull().ShouldBeGreaterThan(TimeSpan.Zero);
        Loop.RemoveTimeout(hour);
        Loop.BackendTimeout.ShouldBeNull();
        Loop.AddCallback(() => { });
        Loop.BackendTimeout.ShouldBe(TimeSpan.Zero);
        Loop.RunOnce(TimeSpan.Zero).ShouldBe(1);
        Loop.BackendTimeout.ShouldBeNull();
        Loop.CallLater(TimeSpan.MaxValue, () => { });
        (Loop.BackendTimeout ?? TimeSpan.MaxValue).ShouldBeGreaterThan(Hour);
    }

    [Fact]
    public void A_regular_file_makes_a_turn_due()
    {
        int fd = Own(new DescriptorHandle(Descriptors.Open("/dev/null"))).Number;
        Loop.AddHandler(fd, (_, _) => { }, IOEvents.Read);
        if (Loop.Poller == PollerKind.Epoll)
            Loop.BackendTimeout.ShouldBe(TimeSpan.Zero);
        Guarded("a turn with a file that is always ready", () => Loop.RunOnce(Timeout.InfiniteTimeSpan).ShouldBe(1));
        Loop.UpdateHandler(fd, IOEvents.None);
        Loop.RunOnce(TimeSpan.Zero).ShouldBe(0);
        Loop.BackendTimeout.ShouldBeNull();
    }

    [Fact]
    public void The_backend_s_descriptor_is_readable_when_a_turn_is_due()
    {
        if (Loop.Poller is PollerKind.Poll or PollerKind.Afd)
        {
            Should.Throw<NotSupportedException>(() => Loop.BackendDescriptor);
            return;
        }
        var outer = Watched(new PollIOLoop());
        var pipe = NewPipe();
        var inner = Loop;
        int turns = 0, ran = 0;
        inner.RunOnce(TimeSpan.Zero);
        outer.AddHandler(inner.BackendDescriptor, (_, _) =>
        {
            turns++;
            ran += inner.RunOnce(TimeSpan.Zero);
            outer.Stop();
        }, IOEvents.Read);
        outer.RunOnce(TimeSpan.Zero);
        int before = turns;
        IsDueFor(() => OtherThread.Run(() => inner.AddCallback(() => { })));
        IsDueFor(() => OtherThread.Run(() => inner.AddCallbackFromSignal(() => { })));
        IsDueFor(() => inner.AddCallback(() => { }));
        inner.AddHandler(pipe.ReadEnd, (_, _) => pipe.Drain(), IOEvents.Read);
        IsDueFor(() => pipe.Send());
        inner.CallLater(Hour, () => { });
        Settle();
        // An earlier deadline than the one that was asked for: the outer loop must ask again.
        int turnsBefore = turns;
        inner.CallLater(Hour / 2, () => { });
        Run(outer, "a turn for an earlier deadline");
        turns.ShouldBeGreaterThan(turnsBefore);
        before.ShouldBeLessThanOrEqualTo(1);

        void IsDueFor(Action cause)
        {
            Settle();
            int ranBefore = ran;
            cause();
            while (ran == ranBefore)
                Run(outer, "a turn of the inner loop");
            ran.ShouldBe(ranBefore + 1);
        }

        void Settle()
        {
            while (outer.RunOnce(TimeSpan.Zero) > 0)
                turns.ShouldBeLessThan(1000);
        }
    }

    [Fact]
    public void What_a_turn_leaves_for_the_next_one_makes_the_backend_s_descriptor_readable()
    {
        SkipUnless(Loop.Poller is not (PollerKind.Poll or PollerKind.Afd), "this poller has no descriptor that could be watched");
        var inner = Loop;
        var outer = Watched(new PollIOLoop());
        var ready = NewEventFd();
        int seen = 0;
        outer.AddHandler(inner.BackendDescriptor, (_, _) => seen++, IOEvents.Read);
        Leaves("a callback", () => inner.AddCallback(() => inner.AddCallback(() => { })));
        Leaves("a signal's callback", () => inner.AddCallback(() => inner.AddCallbackFromSignal(() => { })));
        Leaves("a timeout's callback", () => inner.CallAt(inner.Time, () => inner.AddCallback(() => { })));
        Leaves("a handler's callback", () => inner.AddHandler(ready.Number, (_, _) =>
        {
            inner.RemoveHandler(ready.Number);
            inner.AddCallback(() => { });
        }, IOEvents.Read), ready.Signal);
        inner.AddCallback(() => inner.AddCallback(() =>
        {
            inner.Stop();
            inner.AddCallback(() => { });
        }));
        inner.Start();
        IsReadable().ShouldBeTrue("Start left a callback");

        void Leaves(string what, params Action[] causes)
        {
            while (inner.RunOnce(TimeSpan.Zero) > 0)
                continue;
            IsReadable().ShouldBeFalse($"before: {what}");
            foreach (var cause in causes)
                cause();
            inner.RunOnce(TimeSpan.Zero).ShouldBe(1);
            IsReadable().ShouldBeTrue(what);
        }

        bool IsReadable()
        {
            int before = seen;
            outer.RunOnce(TimeSpan.Zero);
            return seen > before;
        }
    }

    [Fact]
    public void The_backend_of_a_closed_loop_is_gone()
    {
        Loop.Close();
        Should.Throw<ObjectDisposedException>(() => Loop.BackendDescriptor);
        Should.Throw<ObjectDisposedException>(() => Loop.BackendTimeout);
    }
}
