using System.Reactive.Concurrency;
using System.Reactive.Linq;
using IOLoops.Conformance;
using Shouldly;
using Xunit;

namespace IOLoops.Rx.Tests;

public abstract partial class SchedulerTests
{
    [Fact]
    public void A_series_hands_its_state_from_call_to_call_and_is_never_early()
    {
        var states = new List<int>();
        var began = Loop.Time;
        var early = new List<int>();
        using var series = Scheduler.SchedulePeriodic(0, Moment, state =>
        {
            states.Add(state);
            if (Loop.Time - began < Moment * states.Count)
                early.Add(state);
            if (states.Count == 5)
                Loop.Stop();
            return state + 1;
        });
        Run("five calls");
        states.ShouldBe([0, 1, 2, 3, 4]);
        early.ShouldBeEmpty();
    }

    [Fact]
    public void A_series_stays_on_its_grid_however_long_a_call_takes()
    {
        var (loop, clock) = UseVirtualTime();
        var watch = Scheduler.StartStopwatch();
        var times = new List<TimeSpan>();
        using var series = Scheduler.SchedulePeriodic(Moment, () =>
        {
            times.Add(watch.Elapsed);
            clock.Advance(Moment / 2);
        });
        RunWhatIsDue(loop);
        for (int i = 0; i < 6; i++)
        {
            clock.Advance(Moment / 2);
            RunWhatIsDue(loop);
        }
        times.ShouldBe([Moment, Moment * 2, Moment * 3, Moment * 4, Moment * 5]);
    }

    [Fact]
    public void Calls_that_are_late_are_made_up_for_one_per_turn_and_none_is_lost()
    {
        var (loop, clock) = UseVirtualTime();
        int calls = 0;
        int events = 0;
        var counter = NewEventFd(signalled: true);
        loop.AddHandler(counter.Number, (_, _) => events++, IOEvents.Read);
        using var series = Scheduler.SchedulePeriodic(Moment, () => calls++);
        loop.RunOnce(TimeSpan.Zero);
        clock.Advance(Moment * 10);
        for (int turn = 1; turn <= 10; turn++)
        {
            loop.RunOnce(TimeSpan.Zero);
            calls.ShouldBe(turn);
            events.ShouldBe(turn + 1);
        }
        loop.RunOnce(TimeSpan.Zero);
        calls.ShouldBe(10);
    }

    [Fact]
    public void An_interval_counts_every_period()
    {
        var (loop, clock) = UseVirtualTime();
        var seen = new List<long>();
        using var interval = Observable.Interval(Moment, Scheduler).Subscribe(seen.Add);
        using var timer = Observable.Timer(Moment, Moment, Scheduler).Subscribe(seen.Add);
        RunWhatIsDue(loop);
        clock.Advance(Moment * 5);
        RunWhatIsDue(loop);
        seen.Count(number => number < 4).ShouldBe(8);
        seen.Order().ShouldBe([0, 0, 1, 1, 2, 2, 3, 3, 4, 4]);
    }

    [Fact]
    public void Without_a_period_there_is_one_call_per_turn()
    {
        int calls = 0;
        var counter = NewEventFd(signalled: true);
        int events = 0;
        Loop.AddHandler(counter.Number, (_, _) => events++, IOEvents.Read);
        using var series = Scheduler.SchedulePeriodic(TimeSpan.Zero, () =>
        {
            if (++calls == 20)
                Loop.Stop();
        });
        Run("twenty calls");
        calls.ShouldBe(20);
        events.ShouldBeInRange(18, 20);
    }

    [Fact]
    public void A_series_without_a_period_does_not_overtake_timeouts()
    {
        var (loop, clock) = UseVirtualTime();
        var ran = new List<string>();
        using var series = Scheduler.SchedulePeriodic(TimeSpan.Zero, () => ran.Add("series"));
        loop.RunOnce(TimeSpan.Zero); // arms it
        loop.RunOnce(TimeSpan.Zero);
        clock.Advance(Moment * 2);
        loop.RunOnce(TimeSpan.Zero);
        ran.ShouldBe(["series", "series"]);
        loop.CallAt(loop.Time - Moment, () => ran.Add("timeout")); // due before the series' latest call, and after its first
        loop.RunOnce(TimeSpan.Zero);
        ran.ShouldBe(["series", "series", "timeout", "series"]);
    }

    [Fact]
    public void A_series_may_be_ended_inside_its_call()
    {
        var (loop, clock) = UseVirtualTime();
        int calls = 0;
        IDisposable? series = null;
        series = Scheduler.SchedulePeriodic(Moment, () =>
        {
            if (++calls == 3)
                series!.Dispose();
        });
        RunWhatIsDue(loop);
        clock.Advance(Moment * 10);
        RunWhatIsDue(loop);
        calls.ShouldBe(3);
        loop.BackendTimeout.ShouldBeNull();
    }

    [Fact]
    public void A_series_may_be_begun_and_ended_on_another_thread()
    {
        int calls = 0;
        using var called = new ManualResetEventSlim();
        var other = OtherThread.Start(() =>
        {
            using (Scheduler.SchedulePeriodic(TimeSpan.FromMicroseconds(100), () =>
            {
                calls++;
                called.Set();
            }))
            {
                called.Wait(Patience).ShouldBeTrue();
            }
            // What is posted now comes behind what the disposal has posted.
            int before = -1;
            Loop.AddCallback(() =>
            {
                before = calls;
                Loop.CallLater(Moment, () =>
                {
                    calls.ShouldBe(before);
                    Loop.Stop();
                });
            });
        });
        Run("a series of another thread");
        other.Join();
        calls.ShouldBeGreaterThan(0);
    }

    [Fact]
    public void A_call_that_throws_is_reported_and_keeps_the_state_and_the_series()
    {
        Failures.Expected = true;
        var states = new List<int>();
        using var series = Scheduler.SchedulePeriodic(0, TimeSpan.FromTicks(1), state =>
        {
            states.Add(state);
            if (states.Count == 2)
                throw new TestException();
            if (states.Count == 4)
                Loop.Stop();
            return state + 1;
        });
        Run("four calls");
        states.ShouldBe([0, 1, 1, 2]);
        Failures.All.Count.ShouldBe(1);
        Failures.All[0].Exception.ShouldBeOfType<TestException>();
    }
}
