using Shouldly;
using Xunit;

namespace IOLoops.Conformance;

public abstract partial class LoopConformance
{
    // Row: PeriodicCallback
    [Fact]
    public void A_periodic_callback_runs_once_per_period_and_never_early()
    {
        var ticks = new List<LoopTime>();
        PeriodicCallback? periodic = null;
        periodic = new PeriodicCallback(() =>
        {
            ticks.Add(Loop.Time);
            if (ticks.Count == 10)
                Loop.Stop();
        }, Moment, Loop);
        periodic.IsRunning.ShouldBeFalse();
        var earliest = Loop.Time;
        periodic.Start();
        var latest = Loop.Time;
        periodic.IsRunning.ShouldBeTrue();
        Run("ten ticks");
        periodic.Stop();
        ticks.Count.ShouldBe(10);
        for (int i = 0; i < ticks.Count; i++)
            (ticks[i] - earliest).ShouldBeGreaterThanOrEqualTo(Moment * (i + 1));
        latest.ShouldBeGreaterThanOrEqualTo(earliest);
    }

    [Fact]
    public void Ticks_missed_by_a_slow_callback_are_skipped()
    {
        SkipUnless(!Fixture.UsesVirtualTime, "its clock stands still in callbacks");
        var ticks = new List<LoopTime>();
        var began = Loop.Time;
        var periodic = new PeriodicCallback(() =>
        {
            ticks.Add(Loop.Time);
            if (ticks.Count == 1)
                SpinUntil(ticks[0] + (Moment * 3.5));
            else
                Loop.Stop();
        }, Moment, Loop);
        periodic.Start();
        var started = Loop.Time;
        Run("a tick after a slow one");
        periodic.Stop();
        ticks.Count.ShouldBe(2);
        // The grid is n periods after a start between the two readings; the tick is the first of it after the slow callback's end.
        long slot = (long)Math.Floor((ticks[0] + (Moment * 3.5) - started) / Moment) + 1;
        (ticks[1] - began).ShouldBeGreaterThanOrEqualTo(Moment * slot);
    }

    [Fact]
    public void A_periodic_callback_may_stop_itself_and_be_started_again()
    {
        int ticks = 0;
        PeriodicCallback periodic = null!;
        periodic = new PeriodicCallback(() =>
        {
            ticks++;
            periodic.Stop();
            periodic.IsRunning.ShouldBeFalse();
        }, Moment, Loop);
        periodic.Start();
        Loop.CallLater(Moment * 6, Loop.Stop);
        Run("a timeout after one tick");
        ticks.ShouldBe(1);
        periodic.Start();
        periodic.IsRunning.ShouldBeTrue();
        Loop.CallLater(Moment * 6, Loop.Stop);
        Run("a timeout after another tick");
        ticks.ShouldBe(2);
    }

    [Fact]
    public void A_stopped_periodic_callback_does_not_tick()
    {
        int ticks = 0;
        var periodic = new PeriodicCallback(() => ticks++, Moment, Loop);
        periodic.Stop();
        periodic.Start();
        periodic.Stop();
        periodic.Stop();
        Loop.CallLater(Moment * 4, Loop.Stop);
        Run("a later timeout");
        ticks.ShouldBe(0);
    }

    [Fact]
    public void An_asynchronous_periodic_callback_never_overlaps_itself()
    {
        int begun = 0;
        var gate = new TaskCompletionSource();
        var periodic = new PeriodicCallback(async () =>
        {
            begun++;
            if (begun == 1)
                await gate.Task;
            else
                Loop.Stop();
        }, Moment, Loop);
        periodic.Start();
        Loop.CallLater(Moment * 6, () =>
        {
            begun.ShouldBe(1);
            gate.SetResult();
        });
        Run("the tick after one that took long");
        periodic.Stop();
        begun.ShouldBe(2);
    }

    [Fact]
    public void An_asynchronous_periodic_callback_that_is_stopped_while_it_runs_does_not_go_on()
    {
        int begun = 0;
        var gate = new TaskCompletionSource();
        var periodic = new PeriodicCallback(async () =>
        {
            begun++;
            await gate.Task;
        }, Moment, Loop);
        periodic.Start();
        Loop.CallLater(Moment * 3, () =>
        {
            periodic.Stop();
            gate.SetResult();
        });
        Loop.CallLater(Moment * 8, Loop.Stop);
        Run("a timeout after the callback was stopped");
        begun.ShouldBe(1);
    }

    [Fact]
    public void A_periodic_callback_that_fails_is_reported_and_goes_on()
    {
        Failures.Expected = true;
        int ticks = 0;
        Action callback = () =>
        {
            if (++ticks == 3)
                Loop.Stop();
            throw new TestException();
        };
        var periodic = new PeriodicCallback(callback, Moment, Loop);
        periodic.Start();
        Run("three failing ticks");
        periodic.Stop();
        Failures.All.Count.ShouldBe(3);
        Failures.All.ShouldAllBe(args => args.Exception is TestException && args.Callback == (Delegate)callback);
    }

    [Fact]
    public void An_asynchronous_periodic_callback_that_fails_is_reported_and_goes_on()
    {
        Failures.Expected = true;
        int ticks = 0;
        var periodic = new PeriodicCallback(async () =>
        {
            ticks++;
            await Turns(1);
            throw new TestException();
        }, Moment, Loop);
        Failures.OnFailure = _ =>
        {
            if (Failures.All.Count == 3)
                Loop.Stop();
        };
        periodic.Start();
        Run("three failing ticks");
        periodic.Stop();
        ticks.ShouldBe(3);
        Failures.All.Count.ShouldBe(3);
        Failures.All.ShouldAllBe(args => args.Exception is TestException);
    }

    [Fact]
    public void A_period_must_be_positive()
    {
        foreach (var period in new[] { TimeSpan.Zero, TimeSpan.FromTicks(-1), Timeout.InfiniteTimeSpan, TimeSpan.MinValue })
        {
            Should.Throw<ArgumentOutOfRangeException>(() => new PeriodicCallback(() => { }, period, Loop));
            Should.Throw<ArgumentOutOfRangeException>(() => new PeriodicCallback(() => Task.CompletedTask, period, Loop));
        }
    }

    [Fact]
    public void A_periodic_callback_without_a_loop_takes_the_current_one()
    {
        int ticks = 0;
        PeriodicCallback? periodic = null;
        Loop.AddCallback(() =>
        {
            periodic = new PeriodicCallback(() =>
            {
                ticks++;
                Loop.IsOnLoopThread.ShouldBeTrue();
                Loop.Stop();
            }, Moment);
            periodic.Start();
        });
        Run("a tick on the current loop");
        periodic.ShouldNotBeNull().Stop();
        ticks.ShouldBe(1);
    }

    [Fact]
    public void The_longest_period_is_safe()
    {
        var periodic = new PeriodicCallback(() => Assert.Fail("It is not due yet."), TimeSpan.MaxValue, Loop);
        periodic.Start();
        RunTurns(3);
        periodic.Stop();
    }

    private void SpinUntil(LoopTime time)
    {
        while (Loop.Time < time)
            Thread.SpinWait(20);
    }

    // Row: Context
    [Fact]
    public void What_a_tick_changes_in_its_context_does_not_leak_into_the_next()
    {
        var seen = new List<string?>();
        Local.Value = "starter";
        List<PeriodicCallback> periodic = [];
        periodic.AddRange(
        [
            new(() => Note("plain"), Moment, Loop),
            new(async () =>
            {
                Note("asynchronous");
                await Turns(1);
            }, Moment, Loop),
        ]);
        periodic.ForEach(callback => callback.Start());
        Local.Value = null;
        Run("six ticks");
        seen.ShouldAllBe(value => value == "starter");

        void Note(string change)
        {
            seen.Add(Local.Value);
            Local.Value = change;
            if (seen.Count < 6)
                return;
            periodic.ForEach(callback => callback.Stop());
            Loop.Stop();
        }
    }
}
