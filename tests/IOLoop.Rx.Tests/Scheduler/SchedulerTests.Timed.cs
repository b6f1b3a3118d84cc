using System.Reactive.Concurrency;
using IOLoops.Conformance;
using Shouldly;
using Xunit;

namespace IOLoops.Rx.Tests;

public abstract partial class SchedulerTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_timed_item_never_runs_early(bool fromOutside)
    {
        const int Count = 100;
        int left = Count;
        var early = new List<TimeSpan>();
        void ScheduleAll()
        {
            for (int i = 0; i < Count; i++)
            {
                var wait = TimeSpan.FromMicroseconds((i * 137 % Count * 100) + 50);
                var due = Loop.Time + wait;
                Scheduler.Schedule(wait, () =>
                {
                    if (Loop.Time < due)
                        early.Add(due - Loop.Time);
                    if (--left == 0)
                        Loop.Stop();
                });
            }
        }
        if (fromOutside)
            OtherThread.Run(ScheduleAll);
        else
            Loop.AddCallback(ScheduleAll);
        Run("a hundred timed items");
        early.ShouldBeEmpty();
    }

    [Fact]
    public void Timed_items_run_in_the_order_of_their_times_and_equal_ones_in_that_of_being_scheduled()
    {
        var (loop, clock) = UseVirtualTime();
        var order = new List<string>();
        Scheduler.Schedule(Moment * 2, () => order.Add("late"));
        Scheduler.Schedule(Moment, () => order.Add("first"));
        Scheduler.Schedule(Scheduler.Now + Moment, () => order.Add("second"));
        Scheduler.Schedule(() => order.Add("now"));
        RunWhatIsDue(loop);
        clock.Advance(Moment);
        RunWhatIsDue(loop);
        order.ShouldBe(["now", "first", "second"]);
        clock.Advance(Moment);
        RunWhatIsDue(loop);
        order.ShouldBe(["now", "first", "second", "late"]);
    }

    [Fact]
    public void An_item_may_schedule_others_for_now_and_for_later()
    {
        var order = new List<int>();
        Scheduler.Schedule(Moment, () =>
        {
            order.Add(0);
            Scheduler.Schedule(Moment * 2, () =>
            {
                order.Add(3);
                Loop.Stop();
            });
            Scheduler.Schedule(Moment, () => order.Add(2));
            Scheduler.Schedule(() => order.Add(1));
        });
        Run("nested items");
        order.ShouldBe([0, 1, 2, 3]);
    }

    [Fact]
    public void A_time_counts_from_the_call_also_when_the_loop_learns_of_it_later()
    {
        var (loop, clock) = UseVirtualTime();
        bool ran = false;
        OtherThread.Run(() => Scheduler.Schedule(TimeSpan.FromSeconds(10), () => ran = true));
        clock.Advance(TimeSpan.FromSeconds(10) - TimeSpan.FromTicks(1));
        RunWhatIsDue(loop);
        ran.ShouldBeFalse();
        clock.Advance(TimeSpan.FromTicks(1));
        RunWhatIsDue(loop);
        ran.ShouldBeTrue();
    }

    [Fact]
    public void An_absolute_time_is_converted_when_it_is_given()
    {
        var (loop, clock) = UseVirtualTime();
        bool ran = false;
        Scheduler.Schedule(Scheduler.Now + TimeSpan.FromHours(1), () => ran = true);
        RunWhatIsDue(loop);
        clock.Jump = TimeSpan.FromDays(1);
        RunWhatIsDue(loop);
        ran.ShouldBeFalse();
        clock.Advance(TimeSpan.FromHours(1));
        RunWhatIsDue(loop);
        ran.ShouldBeTrue();
    }

    [Fact]
    public void An_absolute_time_of_another_time_zone_is_the_same_time()
    {
        var (loop, clock) = UseVirtualTime();
        bool ran = false;
        Scheduler.Schedule((Scheduler.Now + Moment).ToOffset(TimeSpan.FromHours(9)), () => ran = true);
        RunWhatIsDue(loop);
        ran.ShouldBeFalse();
        clock.Advance(Moment);
        RunWhatIsDue(loop);
        ran.ShouldBeTrue();
    }

    [Fact]
    public void The_end_of_time_is_never_reached()
    {
        bool ran = false;
        Scheduler.Schedule(TimeSpan.MaxValue, () => ran = true);
        Scheduler.Schedule(DateTimeOffset.MaxValue, () => ran = true);
        using var series = Scheduler.SchedulePeriodic(TimeSpan.MaxValue, () => ran = true);
        Scheduler.Schedule(Moment, Loop.Stop);
        Run("a timed item");
        ran.ShouldBeFalse();
    }

    [Fact]
    public void Many_items_of_one_time_all_run()
    {
        int left = 1_000;
        for (int i = left; i > 0; i--)
        {
            Scheduler.Schedule(Moment, () =>
            {
                if (--left == 0)
                    Loop.Stop();
            });
        }
        Run("a thousand items of one time");
        left.ShouldBe(0);
    }

    [Fact]
    public void Timed_recursion_waits_each_time()
    {
        var (loop, clock) = UseVirtualTime();
        var times = new List<TimeSpan>();
        var watch = Scheduler.StartStopwatch();
        Scheduler.Schedule(Moment, again =>
        {
            times.Add(watch.Elapsed);
            again(Moment * times.Count);
        });
        for (int i = 0; i < 6; i++)
        {
            RunWhatIsDue(loop);
            clock.Advance(Moment);
        }
        RunWhatIsDue(loop);
        times.ShouldBe([Moment, Moment * 2, Moment * 4]);
    }

    [Fact]
    public void Now_and_stopwatches_go_by_the_loop_s_clock()
    {
        var (_, clock) = UseVirtualTime();
        Scheduler.Now.ShouldBe(clock.GetUtcNow());
        var watch = Scheduler.StartStopwatch();
        watch.Elapsed.ShouldBe(TimeSpan.Zero);
        clock.Advance(TimeSpan.FromMinutes(1));
        watch.Elapsed.ShouldBe(TimeSpan.FromMinutes(1));
        Scheduler.Now.ShouldBe(clock.GetUtcNow());
        Scheduler.Now.Offset.ShouldBe(TimeSpan.Zero);
    }

    [Fact]
    public void Without_a_virtual_clock_now_is_the_system_s_time()
    {
        var before = DateTimeOffset.UtcNow;
        var now = Scheduler.Now;
        now.ShouldBeInRange(before, DateTimeOffset.UtcNow);
    }
}
