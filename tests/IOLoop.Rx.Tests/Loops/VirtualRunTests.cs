using System.Reactive.Concurrency;
using System.Reactive.Linq;
using IOLoops.Conformance;
using Shouldly;
using Xunit;

namespace IOLoops.Rx.Tests.Loops;

/// <summary>Loops in virtual time that move it by themselves, and what stays the same from run to run.</summary>
public sealed class VirtualRunTests : RxHarness
{
    private static readonly DateTimeOffset Beginning = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Millisecond = TimeSpan.FromMilliseconds(1);

    [Fact]
    public void A_start_moves_time_until_the_loop_is_stopped()
    {
        var scheduler = new HistoricalScheduler(Beginning);
        var loop = NewLoop(scheduler);
        loop.CallLater(TimeSpan.FromSeconds(10), loop.Stop);
        Bounded(loop.Start);
        scheduler.Now.ShouldBe(Beginning + TimeSpan.FromSeconds(10));
        loop.IsRunning.ShouldBeFalse();
    }

    [Fact]
    public void A_RunSync_s_timeout_is_of_virtual_time()
    {
        var scheduler = new HistoricalScheduler(Beginning);
        var loop = NewLoop(scheduler);
        Bounded(() =>
        {
            Should.Throw<TimeoutException>(() => loop.RunSync(() => new TaskCompletionSource().Task, TimeSpan.FromMinutes(1)));
            scheduler.Now.ShouldBeInRange(Beginning + TimeSpan.FromMinutes(1), Beginning + TimeSpan.FromMinutes(1) + Millisecond);
            loop.RunSync(async () =>
            {
                await Task.Delay(TimeSpan.FromMinutes(1), loop.TimeProvider);
                return 42;
            }, TimeSpan.FromMinutes(2)).ShouldBe(42);
            scheduler.Now.ShouldBeLessThan(Beginning + TimeSpan.FromMinutes(3));
        });
    }

    [Fact]
    public void A_start_in_the_scheduler_s_own_work_is_refused()
    {
        var scheduler = new HistoricalScheduler(Beginning);
        var loop = NewLoop(scheduler);
        Exception? start = null;
        Exception? run = null;
        scheduler.Schedule(Millisecond, () =>
        {
            start = Record.Exception(loop.Start);
            run = Record.Exception(() => loop.RunSync(() => { }));
        });
        Bounded(() => scheduler.AdvanceBy(Millisecond * 2));
        start.ShouldBeOfType<InvalidOperationException>();
        run.ShouldBeOfType<InvalidOperationException>();
        loop.IsRunning.ShouldBeFalse();
        Bounded(() => loop.RunSync(() => 42).ShouldBe(42));
    }

    [Fact]
    public void A_RunSync_inside_a_turn_is_refused_and_the_loop_goes_on()
    {
        var scheduler = new HistoricalScheduler(Beginning);
        var loop = NewLoop(scheduler);
        Exception? refusal = null;
        loop.AddCallback(() => refusal = Record.Exception(() => loop.RunSync(() => { })));
        loop.CallLater(Millisecond * 3, loop.Stop);
        Bounded(loop.Start);
        refusal.ShouldBeOfType<InvalidOperationException>();
    }

    [Fact]
    public void Time_stands_still_from_the_loop_s_end()
    {
        for (int round = 0; round < 50; round++)
        {
            var scheduler = new HistoricalScheduler(Beginning);
            var loop = NewLoop(scheduler);
            int own = 0;
            using var ticking = scheduler.SchedulePeriodic(TimeSpan.FromTicks(1), () => own++);
            loop.CallLater(TimeSpan.FromTicks(5_000), loop.Stop);
            Bounded(loop.Start);
            scheduler.Now.ShouldBe(Beginning + TimeSpan.FromTicks(5_000), $"round {round}");
            own.ShouldBeInRange(4_999, 5_000);
        }
    }

    [Fact]
    public void Nothing_that_is_moved_after_the_loop_s_end_is_cut_short()
    {
        for (int round = 0; round < 300; round++)
        {
            var scheduler = new HistoricalScheduler(Beginning);
            var loop = NewLoop(scheduler);
            loop.AddCallback(loop.Stop);
            Bounded(loop.Start);
            int ran = 0;
            for (int i = 1; i <= 200; i++)
                scheduler.Schedule(TimeSpan.FromTicks(i), () => ran++);
            scheduler.AdvanceBy(TimeSpan.FromTicks(500));
            ran.ShouldBe(200, $"round {round}");
            loop.CallLater(Millisecond, () => ran++);
            loop.Attach();
            scheduler.AdvanceBy(Millisecond * 2);
            ran.ShouldBe(201, $"round {round}");
            loop.Stop();
            scheduler.AdvanceBy(Millisecond * 2);
            loop.IsRunning.ShouldBeFalse();
        }
    }

    [Fact]
    public void Two_runs_of_one_scenario_leave_the_same_trace()
    {
        var first = Scenario();
        first.Count.ShouldBeGreaterThan(50);
        for (int round = 0; round < 5; round++)
            Scenario().ShouldBe(first);
    }

    private List<string> Scenario()
    {
        var trace = new List<string>();
        var scheduler = new HistoricalScheduler(Beginning);
        var loop = NewLoop(scheduler);
        void Note(string what) => trace.Add($"{(scheduler.Now - Beginning).Ticks} {(loop.Time.Ticks - Beginning.UtcTicks)} {what}");
        Pipe one = NewPipe(), other = NewPipe();
        loop.AddHandler(one.ReadEnd, (_, events) => Note($"one {events} {one.Drain()}"), IOEvents.Read);
        loop.AddHandler(other.ReadEnd, (_, _) =>
        {
            Note($"other {other.Drain()}");
            loop.CallLater(TimeSpan.FromTicks(777), () => Note("after other"));
        }, IOEvents.Read);
        for (int i = 1; i <= 10; i++)
        {
            int bytes = i;
            scheduler.Schedule(Millisecond * (3.3 * i), () => one.Send(bytes));
            scheduler.Schedule(Millisecond * (5.1 * i), () => other.Send(bytes));
            loop.CallLater(Millisecond * i * i, () =>
            {
                Note($"timeout {bytes}");
                loop.AddCallback(() => Note($"callback of {bytes}"));
            });
        }
        new PeriodicCallback(() => Note("periodic"), Millisecond * 2.5, loop).Start();
        new PeriodicCallback(async () =>
        {
            Note("asynchronous");
            await Task.Delay(Millisecond * 1.7, loop.TimeProvider);
            Note("delayed");
        }, Millisecond * 4, loop).Start();
        using var observed = Observable.Interval(Millisecond * 7, scheduler).Subscribe(number => Note($"interval {number}"));
        loop.Attach();
        scheduler.AdvanceBy(Millisecond * 20);
        scheduler.AdvanceBy(Millisecond * 37.3);
        loop.CallLater(Millisecond * 60, loop.Stop);
        scheduler.AdvanceBy(Millisecond * 100);
        loop.IsRunning.ShouldBeFalse();
        return trace;
    }

    private static void Bounded(Action body) => OtherThread.Run(body);
}
