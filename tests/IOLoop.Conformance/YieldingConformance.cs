using System.Diagnostics;
using Shouldly;
using Xunit;

namespace IOLoops.Conformance;

/// <summary>
/// A host always gets its turn: while a loop has endless work, what the host would run behind that (input, painting, timers) runs all
/// the same. The hosts here run what is posted before everything else.
/// </summary>
public abstract class YieldingConformance(TwoQueueFixture fixture) : LoopHarness(fixture)
{
    private const int Enough = 20;

    private int _ticks; // of the host's other work; its thread alone while the loop runs

    [Fact]
    public void Other_work_of_the_host_runs_beside_callbacks_without_end()
    {
        BeginTicks(Enough);
        KeepBusy();
        Run($"{Enough} pieces of other work beside callbacks");
        _ticks.ShouldBe(Enough);
    }

    [Fact]
    public void Other_work_of_the_host_runs_beside_a_descriptor_that_is_always_ready()
    {
        var ready = NewEventFd(signalled: true);
        Loop.AddHandler(ready.Number, (_, _) => { }, IOEvents.Read);
        BeginTicks(Enough);
        Run($"{Enough} pieces of other work beside a ready descriptor");
        _ticks.ShouldBe(Enough);
    }

    [Fact]
    public void Other_work_of_the_host_runs_beside_a_connection_that_answers_at_once()
    {
        var pair = NewSocketPair();
        // Another loop answers: the loop under test has a reason to sleep after each turn, and is awake again at once.
        using var peer = new PollIOLoop();
        void Answer(FileDescriptor fd, IOEvents events)
        {
            Descriptors.Read((int)fd.Number);
            Descriptors.Write((int)fd.Number);
        }
        peer.AddHandler(pair.Left, Answer, IOEvents.Read);
        Loop.AddHandler(pair.Right, Answer, IOEvents.Read);
        var served = peer.RunAsync();
        Descriptors.Write(pair.Left);
        BeginTicks(Enough);
        Run($"{Enough} pieces of other work beside a busy connection");
        peer.Stop();
        Bounded.Await(served, "the peer's end");
        _ticks.ShouldBe(Enough);
    }

    [Fact]
    public void Other_work_of_the_host_runs_beside_two_loops_whose_callbacks_are_without_end()
    {
        KeepBusy(Loop, TimeSpan.FromMilliseconds(1)); // makes the host; longer than a pause, so that each loop would fill the other's
        RunBesideAnother(fixture.CreateBeside(), other => KeepBusy(other, TimeSpan.FromMilliseconds(1)));
    }

    [Fact]
    public void Other_work_of_the_host_runs_beside_two_loops_whose_turns_outlast_the_budget()
    {
        KeepBusy(Loop, TimeSpan.FromMilliseconds(15));
        RunBesideAnother(fixture.CreateBeside(), other => KeepBusy(other, TimeSpan.FromMilliseconds(15)));
    }

    [Fact]
    public void Other_work_of_the_host_runs_beside_two_loops_that_sleep_while_the_other_is_busy()
    {
        _ = Loop; // makes the host
        var other = fixture.CreateBeside();
        var pair = NewSocketPair();
        void Answer(FileDescriptor fd, IOEvents events)
        {
            Descriptors.Read((int)fd.Number);
            Spin(TimeSpan.FromMilliseconds(1));
            Descriptors.Write((int)fd.Number);
        }
        Loop.AddHandler(pair.Right, Answer, IOEvents.Read);
        other.AddCallback(() => other.AddHandler(pair.Left, Answer, IOEvents.Read));
        Descriptors.Write(pair.Left);
        Descriptors.Write(pair.Right); // one message in each direction: both loops always have one, or are about to
        RunBesideAnother(other, static _ => { });
    }

    [Fact]
    public void Two_loops_with_short_turns_do_not_make_each_other_give_way()
    {
        const int turns = 20_000;
        _ = Loop; // makes the host
        var other = Watched(fixture.CreateBeside());
        KeepBusy(other, TimeSpan.Zero);
        other.Attach();
        RunTurns(turns);
        Bounded.Await(other.StopAsync(), "the end of the other loop's run");
        fixture.Context.Pauses.Count.ShouldBeLessThan(turns / 4); // a turn takes a few microseconds of a budget of 12,000
    }

    private void RunBesideAnother(HostedIOLoop other, Action<HostedIOLoop> begin)
    {
        const int enough = 5;
        Watched(other);
        begin(other);
        other.Attach();
        BeginTicks(enough);
        Run($"{enough} pieces of other work beside two busy loops");
        Bounded.Await(other.StopAsync(), "the end of the other loop's run");
        _ticks.ShouldBe(enough);
    }

    [Fact]
    public void Without_a_budget_other_work_waits_as_long_as_the_loop_is_busy()
    {
        UseLoop(NewLoop(new HostedIOLoopOptions { TurnBudget = null }));
        BeginTicks(int.MaxValue);
        int before = 0;
        int meanwhile = -1;
        AfterTurns(1, () => before = _ticks);
        AfterTurns(3_000, () =>
        {
            meanwhile = _ticks - before;
            Loop.Stop();
        });
        Run("3,000 turns");
        meanwhile.ShouldBe(0);
    }

    [Fact]
    public void With_a_budget_of_zero_other_work_runs_after_each_turn_or_nearly_so()
    {
        const int turns = 200;
        UseLoop(NewLoop(new HostedIOLoopOptions { TurnBudget = TimeSpan.Zero }));
        BeginTicks(int.MaxValue);
        RunTurns(turns);
        // On a machine that is busy a turn may be posted before the host has come back from the one before.
        _ticks.ShouldBeGreaterThan(turns / 4);
    }

    [Fact]
    public void With_a_budget_of_zero_other_work_runs_between_handlers_that_one_poll_has_found_ready()
    {
        const int handlers = 40;
        UseLoop(NewLoop(new HostedIOLoopOptions { TurnBudget = TimeSpan.Zero }));
        var ticksBefore = new HashSet<int>();
        int left = handlers;
        BeginTicks(int.MaxValue);
        Loop.AddCallback(() =>
        {
            for (int i = 0; i < handlers; i++)
            {
                Loop.AddHandler(NewEventFd(signalled: true).Number, (fd, _) =>
                {
                    Loop.RemoveHandler(fd);
                    ticksBefore.Add(_ticks);
                    if (--left == 0)
                        Loop.Stop();
                }, IOEvents.Read);
            }
        });
        Run($"{handlers} handlers");
        ticksBefore.Count.ShouldBeGreaterThan(handlers / 4); // see above; 1 if one turn calls them all
    }

    [Fact]
    public void A_host_that_does_not_say_what_waits_gets_a_pause()
    {
        UseLoop(NewLoop(new HostedIOLoopOptions { TurnBudget = TimeSpan.Zero }));
        RunTurns(20); // nothing but the loop posts, and only after a pause from another thread
        var pauses = fixture.Context.Pauses;
        pauses.Count.ShouldBeGreaterThan(5);
        pauses.ShouldAllBe(pause => pause >= TimeSpan.FromMicroseconds(200));
    }

    [Fact]
    public void A_loop_that_gives_way_can_be_stopped_from_elsewhere_each_time()
    {
        UseLoop(NewLoop(new HostedIOLoopOptions { TurnBudget = TimeSpan.Zero }));
        var loop = (HostedIOLoop)Loop;
        foreach (int _ in Bounded.Rounds(100))
        {
            loop.Attach();
            bool isBusy = true;
            void Again()
            {
                if (isBusy)
                    loop.AddCallback(Again);
            }
            using var begun = new ManualResetEventSlim();
            loop.AddCallback(Again);
            loop.AddCallback(begun.Set);
            begun.Wait(Patience).ShouldBeTrue();
            Bounded.Await(loop.StopAsync(), "the end of a run that gives way");
            isBusy = false;
        }
    }

    [Fact]
    public void Work_that_other_threads_add_while_the_loop_gives_way_is_not_lost()
    {
        const int threads = 3;
        const int each = 2_000;
        UseLoop(NewLoop(new HostedIOLoopOptions { TurnBudget = TimeSpan.Zero }));
        BeginTicks(int.MaxValue);
        int left = threads * each;
        var adders = new List<Thread>();
        for (int i = 0; i < threads; i++)
        {
            var adder = new Thread(() =>
            {
                for (int n = 0; n < each; n++)
                {
                    Loop.AddCallback(() =>
                    {
                        NoteProgress();
                        if (--left == 0)
                            Loop.Stop();
                    });
                    if (n % 8 == 0)
                        Thread.Yield(); // so that the loop sleeps now and then
                }
            });
            adders.Add(adder);
            adder.Start();
        }
        Run("what three threads have added");
        adders.ForEach(adder => adder.Join());
        left.ShouldBe(0);
    }

    [Fact]
    public void Giving_way_allocates_nothing()
    {
        UseLoop(NewLoop(new HostedIOLoopOptions { TurnBudget = TimeSpan.Zero }));
        var meter = new AllocationMeter(allowed: 200 * Fixture.BytesPerTurn, batch: 100); // each turn comes twice: once to give way
        void Again()
        {
            if (meter.IsDone())
                Loop.Stop();
            else
                Loop.AddCallback(_again!);
        }
        _again = Again;
        Loop.AddCallback(_again);
        Run("turns that give way");
        meter.Best.ShouldBeLessThanOrEqualTo(200 * Fixture.BytesPerTurn);
    }

    private Action? _again;

    /// <summary>Other work that comes again and again, until there was enough of it; then the loop is stopped.</summary>
    private void BeginTicks(int enough)
    {
        var loop = Loop; // makes the context
        var context = fixture.Context;
        void Tick()
        {
            NoteProgress();
            if (++_ticks == enough)
                loop.Stop();
            else if (_ticks < enough && !loop.IsClosed)
                context.PostOther(Tick);
        }
        loop.AddCallback(() => context.PostOther(Tick));
    }

    private void KeepBusy() => KeepBusy(Loop, TimeSpan.Zero);

    private static void KeepBusy(IOLoop loop, TimeSpan each)
    {
        void Again()
        {
            Spin(each);
            loop.TryAddCallback(Again);
        }
        loop.AddCallback(Again);
    }

    private static void Spin(TimeSpan time)
    {
        for (long began = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(began) < time;)
            Thread.SpinWait(10);
    }
}
