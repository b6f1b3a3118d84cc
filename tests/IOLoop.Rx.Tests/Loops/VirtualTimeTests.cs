using System.Reactive.Concurrency;
using IOLoops.Conformance;
using Shouldly;
using Xunit;

namespace IOLoops.Rx.Tests.Loops;

/// <summary>Loops in virtual time that a test moves step by step.</summary>
public abstract class VirtualTimeTests(IScheduler scheduler, Action<TimeSpan> advance) : RxHarness
{
    private static readonly TimeSpan Tick = TimeSpan.FromTicks(1);
    private static readonly TimeSpan Millisecond = TimeSpan.FromMilliseconds(1);

    protected static DateTimeOffset Beginning => new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Timeouts_fire_when_time_gets_there_and_not_a_tick_before()
    {
        var loop = NewLoop(scheduler);
        int fired = 0;
        loop.CallLater(TimeSpan.FromSeconds(1), () => fired++);
        loop.Attach();
        fired.ShouldBe(0);
        advance(TimeSpan.FromSeconds(1) - Tick);
        fired.ShouldBe(0);
        advance(Tick);
        fired.ShouldBe(1);
        advance(TimeSpan.FromSeconds(1));
        fired.ShouldBe(1);
    }

    [Fact]
    public void Timeouts_fire_in_order_each_at_exactly_its_time()
    {
        var loop = NewLoop(scheduler);
        var fired = new List<(int Number, long Ticks, long Now)>();
        var due = new[] { 10_000_000, 7, 2, 9_999, 10_000, 10_001, 123_456, 123_456, 50_000_000 };
        var start = loop.Time;
        for (int i = 0; i < due.Length; i++)
        {
            int number = i;
            loop.CallAt(start + TimeSpan.FromTicks(due[i]), () => fired.Add((number, (loop.Time - start).Ticks, scheduler.Now.UtcTicks)));
        }
        loop.Attach();
        advance(TimeSpan.FromSeconds(6));
        var expected = Enumerable.Range(0, due.Length).OrderBy(number => due[number]).ThenBy(number => number);
        fired.Select(one => one.Number).ShouldBe(expected);
        fired.ShouldAllBe(one => one.Ticks == due[one.Number]);
        fired.ShouldAllBe(one => one.Now == start.Ticks + due[one.Number]);
    }

    [Fact]
    public void The_loop_s_time_is_the_scheduler_s()
    {
        var loop = NewLoop(scheduler);
        loop.Attach();
        for (int i = 0; i < 5; i++)
        {
            loop.Time.Ticks.ShouldBe(scheduler.Now.UtcTicks);
            loop.TimeProvider.GetUtcNow().ShouldBe(scheduler.Now);
            advance(TimeSpan.FromTicks(12_345));
        }
    }

    [Fact]
    public void A_wall_clock_deadline_is_one_of_the_scheduler_s_clock()
    {
        var loop = NewLoop(scheduler);
        var at = scheduler.Now + TimeSpan.FromSeconds(5);
        DateTimeOffset? fired = null;
        loop.AddTimeout(at, () => fired = scheduler.Now);
        loop.Attach();
        advance(TimeSpan.FromSeconds(6));
        fired.ShouldBe(at);
    }

    [Fact]
    public void Data_is_seen_within_a_millisecond_of_virtual_time_and_never_without_it()
    {
        var loop = NewLoop(scheduler);
        var pipe = NewPipe();
        int read = 0;
        loop.AddHandler(pipe.ReadEnd, (_, _) => read += pipe.Drain(), IOEvents.Read);
        loop.Attach();
        advance(Millisecond * 10);
        pipe.Send(3);
        Thread.Yield();
        read.ShouldBe(0);
        advance(Millisecond * 2);
        read.ShouldBe(3);
    }

    [Fact]
    public void What_other_threads_add_runs_when_time_is_moved_and_nowhere_else()
    {
        var loop = NewLoop(scheduler);
        loop.Attach();
        int thread = 0;
        for (int i = 0; i < 10; i++)
        {
            thread = 0;
            OtherThread.Run(() => loop.AddCallback(() => thread = Environment.CurrentManagedThreadId));
            thread.ShouldBe(0);
            advance(Millisecond * 2);
            thread.ShouldBe(Environment.CurrentManagedThreadId);
        }
        OtherThread.Run(loop.Stop);
        loop.IsRunning.ShouldBeTrue();
        advance(Millisecond * 2);
        loop.IsRunning.ShouldBeFalse();
    }

    [Fact]
    public void The_thread_that_moves_time_may_use_the_loop_in_between_and_no_other_may()
    {
        var loop = NewLoop(scheduler);
        var pipe = NewPipe();
        int fired = 0;
        int read = 0;
        loop.Attach();
        advance(Millisecond);
        loop.CallLater(Millisecond, () => fired++);
        var removed = loop.CallLater(Millisecond, () => fired += 100);
        loop.AddHandler(pipe.ReadEnd, (_, _) => read += pipe.Drain(), IOEvents.Read);
        loop.RemoveTimeout(removed);
        pipe.Send();
        advance(Millisecond - Tick);
        fired.ShouldBe(0);
        advance(Tick);
        fired.ShouldBe(1);
        advance(Millisecond);
        read.ShouldBe(1);
        loop.RemoveHandler(pipe.ReadEnd);
        OtherThread.Run(() => Should.Throw<InvalidOperationException>(() => loop.CallLater(Millisecond, () => { })).Message.ShouldContain("AddCallback"));
    }

    [Fact]
    public void Time_may_be_moved_by_another_thread_than_the_one_that_attached_the_loop()
    {
        var loop = NewLoop(scheduler);
        int fired = 0;
        loop.CallLater(Millisecond * 5, () => fired++);
        loop.Attach();
        OtherThread.Run(() => advance(Millisecond * 10));
        fired.ShouldBe(1);
        loop.Stop();
        OtherThread.Run(() => advance(Millisecond * 10));
        loop.IsRunning.ShouldBeFalse();
    }

    [Fact]
    public void Callbacks_that_add_callbacks_do_not_keep_time_from_moving()
    {
        var loop = NewLoop(scheduler);
        int ran = 0;
        int fired = 0;
        void Again()
        {
            ran++;
            loop.AddCallback(Again);
        }
        loop.AddCallback(Again);
        loop.CallLater(TimeSpan.FromTicks(1000), () => fired++);
        loop.Attach();
        advance(TimeSpan.FromTicks(2000));
        fired.ShouldBe(1);
        ran.ShouldBeGreaterThan(1);
    }

    // 0: the first turn is still scheduled then; 1: a turn is armed for later.
    [Theory, InlineData(0), InlineData(1)]
    public void An_exception_that_leaves_a_start_cuts_short_nothing_that_is_moved_later(int milliseconds)
    {
        var loop = NewLoop(scheduler);
        int ran = 0;
        void MoveThroughOwnWork()
        {
            ran = 0;
            for (int i = 1; i <= 200; i++)
                scheduler.Schedule(TimeSpan.FromTicks(i), () => ran++);
            advance(TimeSpan.FromTicks(500));
            ran.ShouldBe(200);
        }
        scheduler.Schedule(Millisecond * milliseconds, () => throw new TestException());
        OtherThread.Run(() => Should.Throw<TestException>(loop.Start));
        loop.IsRunning.ShouldBeFalse();
        MoveThroughOwnWork();
        loop.Attach();
        MoveThroughOwnWork();
        loop.Stop();
        advance(Millisecond * 2);
        loop.IsRunning.ShouldBeFalse();
        loop.CallLater(Millisecond, loop.Stop);
        OtherThread.Run(loop.Start);
        loop.IsRunning.ShouldBeFalse();
    }

    [Fact]
    public void Two_loops_share_a_scheduler()
    {
        var loops = new[] { NewLoop(scheduler), NewLoop(scheduler) };
        var fired = new List<(int Loop, long At)>();
        long start = scheduler.Now.UtcTicks;
        for (int i = 0; i < loops.Length; i++)
        {
            int number = i;
            new PeriodicCallback(() => fired.Add((number, scheduler.Now.UtcTicks - start)), TimeSpan.FromMilliseconds(3 + i), loops[i]).Start();
            loops[i].Attach();
        }
        advance(Millisecond * 12);
        fired.ShouldBe([(0, 30_000), (1, 40_000), (0, 60_000), (1, 80_000), (0, 90_000), (0, 120_000), (1, 120_000)], ignoreOrder: true);
        fired.Select(one => one.At).ShouldBeInOrder();
    }
}
