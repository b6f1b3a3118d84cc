using System.Runtime.CompilerServices;
using IOLoops.Conformance;
using Microsoft.Extensions.Time.Testing;
using Shouldly;
using Xunit;

namespace IOLoops.Tests;

public abstract partial class NativeTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    // Row: Clock
    [Fact]
    public void A_clock_of_one_s_own_decides_what_is_due()
    {
        var clock = UseFakeClock();
        var ran = new List<string>();
        Loop.CallLater(Second, () => ran.Add("1 s"));
        Loop.CallLater(Second * 2, () => ran.Add("2 s"));
        Loop.AddTimeout(clock.GetUtcNow() + (Second * 1.5), () => ran.Add("wall 1.5 s"));
        Turn(0);
        clock.Advance(Second - TimeSpan.FromTicks(1));
        Turn(0);
        clock.Advance(TimeSpan.FromTicks(1));
        Turn(1);
        clock.Advance(Second);
        Turn(2);
        ran.ShouldBe(["1 s", "wall 1.5 s", "2 s"]);
    }

    [Fact]
    public void Advancing_the_clock_wakes_a_sleeping_loop()
    {
        var clock = UseFakeClock();
        using var ran = new ManualResetEventSlim();
        Loop.CallLater(Hour, ran.Set);
        var other = StartElsewhere();
        ran.IsSet.ShouldBeFalse();
        clock.Advance(Hour - Second);
        RoundTrip();
        ran.IsSet.ShouldBeFalse();
        clock.Advance(Second);
        ran.Wait(Patience).ShouldBeTrue();
        StopElsewhere(other);
    }

    [Fact]
    public void A_jump_of_the_wall_clock_changes_nothing_that_was_added_before()
    {
        var clock = new NativeJumpingClock();
        NewLoop(options => options.TimeProvider = clock);
        var ran = new List<string>();
        Loop.AddTimeout(clock.GetUtcNow() + Hour, () => ran.Add("wall"));
        Loop.CallLater(Hour, () => ran.Add("later"));
        clock.Jump(Hour * 2);
        Turn(0);
        clock.Jump(-Hour * 4);
        Turn(0);
        Loop.AddTimeout(clock.GetUtcNow() - Second, () => ran.Add("past"));
        Turn(1);
        ran.ShouldBe(["past"]);
    }

    [Fact]
    public void A_deadline_by_the_wall_is_converted_when_it_is_added()
    {
        var clock = new NativeJumpingClock();
        NewLoop(options => options.TimeProvider = clock);
        int ran = 0;
        clock.Jump(Hour * 24);
        var asked = Loop.Time;
        Loop.AddTimeout(clock.GetUtcNow() + Moment, () =>
        {
            ran++;
            (Loop.Time - asked).ShouldBeGreaterThanOrEqualTo(Moment - TimeSpan.FromTicks(1));
            Loop.Stop();
        });
        Run("a deadline by a wall clock that is a day ahead");
        ran.ShouldBe(1);
    }

    // Row: PeriodicCallback
    [Fact]
    public void Ticks_stand_on_a_grid_that_does_not_drift()
    {
        var clock = UseFakeClock();
        var ticks = new List<TimeSpan>();
        var began = Loop.Time;
        var periodic = new PeriodicCallback(() =>
        {
            ticks.Add(Loop.Time - began);
            clock.Advance(Second * 0.3); // the callback takes a while
        }, Second, Loop);
        periodic.Start();
        for (int i = 0; i < 40; i++)
        {
            clock.Advance(Second * 0.1);
            Loop.RunOnce(TimeSpan.Zero);
        }
        ticks.Count.ShouldBe(5);
        for (int i = 0; i < ticks.Count; i++)
            (ticks[i] - (Second * (i + 1))).ShouldBeInRange(TimeSpan.Zero, Second * 0.1);
    }

    [Fact]
    public void Missed_ticks_are_skipped_and_so_is_one_exactly_at_now()
    {
        var clock = UseFakeClock();
        var ticks = new List<double>();
        var began = Loop.Time;
        var stall = Second * 2.5;
        var periodic = new PeriodicCallback(() =>
        {
            ticks.Add((Loop.Time - began) / Second);
            clock.Advance(stall);
            stall = TimeSpan.Zero;
        }, Second, Loop);
        periodic.Start();
        AdvanceTo(1);       // stalls until 3.5: ticks 2 and 3 are missed
        ticks.ShouldBe([1]);
        Turn(0);
        AdvanceTo(3.9);
        Turn(0);
        AdvanceTo(4);
        ticks.ShouldBe([1, 4]);
        stall = Second * 2;
        AdvanceTo(5);       // stalls until exactly 7: ticks 6 and 7 are skipped
        Turn(0);
        AdvanceTo(7.9);
        ticks.ShouldBe([1, 4, 5]);
        AdvanceTo(8);
        ticks.ShouldBe([1, 4, 5, 8]);

        void AdvanceTo(double seconds)
        {
            clock.Advance(began + (Second * seconds) - Loop.Time);
            Loop.RunOnce(TimeSpan.Zero);
        }
    }

    [Fact]
    public void Catching_up_after_a_long_stall_costs_no_more_than_after_a_short_one()
    {
        var clock = UseFakeClock();
        int ticks = 0;
        var periodic = new PeriodicCallback(() => ticks++, TimeSpan.FromTicks(1), Loop);
        periodic.Start();
        clock.Advance(TimeSpan.FromDays(3650));
        Guarded("a tick after ten years of ticks each 100 ns", () => Turn(1));
        clock.Advance(TimeSpan.FromTicks(1));
        Turn(1);
        ticks.ShouldBe(2);
    }

    [Fact]
    public void A_timeout_whose_deadline_moves_to_the_front_is_met()
    {
        var clock = UseFakeClock();
        using var ran = new ManualResetEventSlim();
        Loop.CallLater(Hour, () => { });
        var other = StartElsewhere();
        Loop.AddCallback(() => Loop.CallLater(Second, ran.Set));
        RoundTrip();
        clock.Advance(Second);
        ran.Wait(Patience).ShouldBeTrue();
        StopElsewhere(other);
    }

    // Row: RunSync timeout
    [Fact]
    public void RunSync_times_out_by_the_loop_s_own_clock()
    {
        var clock = UseFakeClock();
        using var running = new ManualResetEventSlim();
        var other = OtherThread.Start(() =>
        {
            running.Wait(Patience).ShouldBeTrue();
            clock.Advance(Hour);
        });
        Guarded("a timeout by a fake clock", () => Should.Throw<TimeoutException>(() => Loop.RunSync(() =>
        {
            running.Set();
            return new TaskCompletionSource().Task;
        }, Hour)));
        other.Join();
    }

    // Row: Whose code runs where
    [Theory, InlineData(true), InlineData(false)]
    public void A_clock_that_is_read_for_a_timer_is_read_under_no_lock(bool fires)
    {
        var clock = UseHookedClock();
        bool disposed = false;
        using var timer = Loop.TimeProvider.CreateTimer(_ => { }, null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        if (fires)
        {
            Loop.CallLater(Second - TimeSpan.FromTicks(1), DisposeWhenRead); // just before the timer, in the same turn
            timer.Change(Second, Second).ShouldBeTrue();
            clock.Advance(Second);
            Loop.RunOnce(TimeSpan.Zero);
        }
        else
        {
            DisposeWhenRead();
            timer.Change(Second, Second).ShouldBeFalse();
        }
        disposed.ShouldBeTrue();

        void DisposeWhenRead() => clock.OnRead = () =>
        {
            OtherThread.Run(timer.Dispose);
            disposed = true;
        };
    }

    private FakeTimeProvider UseFakeClock()
    {
        var clock = new FakeTimeProvider();
        NewLoop(options => options.TimeProvider = clock);
        return clock;
    }

    private new void Turn(int ran) => Loop.RunOnce(TimeSpan.Zero).ShouldBe(ran);

    // Row: Memory
    [Fact]
    public void A_loop_with_a_clock_that_was_given_keeps_nothing_of_the_context_that_it_was_made_in()
    {
        var reference = MakeWithLocal();
        Loop.CallLater(Hour, () => { });
        Await(
            () =>
            {
                Loop.RunOnce(TimeSpan.Zero);
                GC.Collect();
                GC.WaitForPendingFinalizers();
                return !reference.IsAlive;
            },
            "the value of the AsyncLocal is collected");

        [MethodImpl(MethodImplOptions.NoInlining)]
        WeakReference MakeWithLocal()
        {
            object data = new();
            var local = new AsyncLocal<object?> { Value = data };
            NewLoop(options => options.TimeProvider = new NativeJumpingClock());
            local.Value = null;
            return new WeakReference(data);
        }
    }
}
