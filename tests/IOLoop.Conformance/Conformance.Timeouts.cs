using Shouldly;
using Xunit;

namespace IOLoops.Conformance;

public abstract partial class LoopConformance
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    // Row: Order in a turn
    [Fact]
    public void Due_timeouts_run_by_deadline_then_in_the_order_of_being_added()
    {
        var order = new List<string>();
        var now = Loop.Time;
        void Add(int ago, string name) => Loop.CallAt(now - TimeSpan.FromSeconds(ago), order.Add, name);
        Add(1, "1a");
        Add(3, "3a");
        Add(2, "2a");
        Add(1, "1b");
        Add(3, "3b");
        Add(2, "2b");
        RunTurns(1);
        order.ShouldBe(["3a", "3b", "2a", "2b", "1a", "1b"]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Timeouts_added_and_removed_at_random_run_in_order(int seed)
    {
        var random = new Random(seed);
        var now = Loop.Time;
        var live = new List<(int Ago, int Index, TimeoutHandle Handle)>();
        var order = new List<int>();
        for (int i = 0; i < 2000; i++)
        {
            if (live.Count > 0 && random.Next(3) == 0)
            {
                int victim = random.Next(live.Count);
                Loop.RemoveTimeout(live[victim].Handle);
                live.RemoveAt(victim);
            }
            int ago = random.Next(1, 50);
            live.Add((ago, i, Loop.CallAt(now - TimeSpan.FromSeconds(ago), order.Add, i)));
        }
        RunTurns(1);
        order.ShouldBe(live.OrderByDescending(timeout => timeout.Ago).ThenBy(timeout => timeout.Index).Select(timeout => timeout.Index));
    }

    [Fact]
    public void A_timeout_that_was_waited_for_when_a_run_ended_runs_in_the_next()
    {
        bool ran = false;
        int rounds = 0;
        Loop.CallLater(Moment * 40, () =>
        {
            ran = true;
            Loop.Stop();
        });
        Loop.AddCallback(Next);
        Run("a stop");
        if (!ran)
            Run("the timeout");
        ran.ShouldBeTrue();

        // Between these the loop sleeps, as a rule, until the timeout.
        void Next()
        {
            if (++rounds == 10)
                Loop.Stop();
            else
                ThreadPool.QueueUserWorkItem(_ => Loop.TryAddCallback(Next));
        }
    }

    // Row: Never early
    [Fact]
    public void A_timeout_is_never_early()
    {
        var early = new List<TimeSpan>();
        int left = 200;
        for (int i = 0; i < left; i++)
        {
            var deadline = Loop.Time + TimeSpan.FromMicroseconds(137 * i);
            Loop.CallAt(deadline, () =>
            {
                if (Loop.Time < deadline)
                    early.Add(deadline - Loop.Time);
                if (--left == 0)
                    Loop.Stop();
            });
        }
        Run("200 timeouts");
        early.ShouldBeEmpty();
    }

    [Fact]
    public void A_timeout_that_the_loop_sleeps_for_is_never_early()
    {
        int left = 50;
        void Next()
        {
            if (left-- == 0)
            {
                Loop.Stop();
                return;
            }
            var deadline = Loop.Time + TimeSpan.FromMicroseconds(300 + (left * 31));
            Loop.CallAt(deadline, () =>
            {
                Loop.Time.ShouldBeGreaterThanOrEqualTo(deadline);
                Next();
            });
        }
        Next();
        Run("50 timeouts, one after another");
        left.ShouldBe(-1);
    }

    [Fact]
    public void Deadlines_below_a_millisecond_are_met_below_a_millisecond()
    {
        SkipUnless(Fixture.SubMillisecond, "its host's timers are coarser");
        SkipUnless(!Wine.IsPresent, "the server of Wine waits for whole milliseconds");
        const int inRow = 5; // a coarse timer is now and then in time by chance
        var row = new Queue<TimeSpan>();
        var enough = inRow * TimeSpan.FromMicroseconds(900);
        var best = TimeSpan.MaxValue; // of a row
        int left = 1_000; // as many as a busy machine may need for one good row
        void Next()
        {
            if (left-- == 0 || best < enough)
            {
                Loop.Stop();
                return;
            }
            var asked = Loop.Time;
            Loop.CallAt(asked + TimeSpan.FromMicroseconds(100), () =>
            {
                row.Enqueue(Loop.Time - asked);
                if (row.Count > inRow)
                    row.Dequeue();
                var took = row.Aggregate((sum, one) => sum + one);
                if (row.Count == inRow && took < best)
                    best = took;
                Next();
            });
        }
        Next();
        Run("timeouts of 100 µs");
        best.ShouldBeLessThan(enough);
        best.ShouldBeGreaterThanOrEqualTo(inRow * TimeSpan.FromMicroseconds(100));
    }

    [Fact]
    public void Times_beyond_all_bounds_are_safe()
    {
        int past = 0, future = 0;
        Loop.CallLater(TimeSpan.MaxValue, () => future++);
        Loop.CallAt(LoopTime.MaxValue, () => future++);
        Loop.AddTimeout(DateTimeOffset.MaxValue, () => future++);
        Loop.CallLater(TimeSpan.MinValue, () => past++);
        Loop.CallAt(LoopTime.MinValue, () => past++);
        Loop.AddTimeout(DateTimeOffset.MinValue, () => past++);
        Loop.CallLater(Moment, Loop.Stop);
        Run("a timeout beside one that never comes");
        future.ShouldBe(0);
        past.ShouldBe(3);
    }

    [Fact]
    public void A_later_timeout_does_not_delay_an_earlier_one_added_after_it()
    {
        var order = new List<string>();
        Loop.CallLater(Hour, order.Add, "hour");
        Loop.CallLater(Moment, () =>
        {
            order.Add("moment");
            Loop.Stop();
        });
        Run("the earlier timeout");
        order.ShouldBe(["moment"]);
    }

    // Row: Clock
    [Fact]
    public void The_clock_does_not_go_back()
    {
        var last = Loop.Time;
        for (int i = 0; i < 10_000; i++)
        {
            var now = Loop.Time;
            now.ShouldBeGreaterThanOrEqualTo(last);
            last = now;
        }
    }

    [Fact]
    public void Every_way_of_adding_a_timeout_runs_it()
    {
        var ran = new List<string>();
        Loop.CallAt(Loop.Time, () => ran.Add("CallAt"));
        Loop.CallLater(Moment, () => ran.Add("CallLater"));
        Loop.AddTimeout(Loop.Time, () => ran.Add("absolute"));
        Loop.AddTimeout(Loop.Time, ran.Add, "absolute, state");
        Loop.AddTimeout(Moment, () => ran.Add("relative"));
        Loop.AddTimeout(Moment, ran.Add, "relative, state");
        Loop.AddTimeout(DateTimeOffset.UtcNow + Moment, () => ran.Add("wall"));
        Loop.AddTimeout(DateTimeOffset.UtcNow + Moment, ran.Add, "wall, state");
        foreach (string name in new[] { "CallAt", "CallLater", "absolute", "relative", "wall" })
        {
            Func<Task> callback = async () =>
            {
                await Turns(1);
                ran.Add($"{name}, task");
            };
            _ = name switch
            {
                "CallAt" => Loop.CallAt(Loop.Time, callback),
                "CallLater" => Loop.CallLater(Moment, callback),
                "absolute" => Loop.AddTimeout(Loop.Time, callback),
                "relative" => Loop.AddTimeout(Moment, callback),
                _ => Loop.AddTimeout(DateTimeOffset.UtcNow + Moment, callback),
            };
        }
        Loop.CallLater(Moment * 4, () => AfterTurns(3, Loop.Stop));
        Run("every kind of timeout");
        ran.ShouldBe(
            ["CallAt", "CallLater", "absolute", "absolute, state", "relative", "relative, state", "wall", "wall, state",
             "CallAt, task", "CallLater, task", "absolute, task", "relative, task", "wall, task"],
            ignoreOrder: true);
    }
}
