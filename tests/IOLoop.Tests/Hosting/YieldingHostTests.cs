using IOLoops.Conformance;
using Shouldly;
using Xunit;

namespace IOLoops.Tests.Hosting;

/// <summary>Hosts that know what waits in them, and the budget of turns.</summary>
public sealed class YieldingHostTests() : LoopHarness(new ContextFixture())
{
    private readonly HostedIOLoopOptions _always = new() { TurnBudget = TimeSpan.Zero };

    [Fact]
    public void A_host_with_other_work_is_given_the_turn_that_came_to_run_it_behind_that()
    {
        using var host = new YieldingHost();
        var order = new List<string>();
        NoteOtherWork(host, order);
        RunCallbacks(host, _always, 3, () => order.Add("turn"));
        string.Join(' ', order.Take(5)).ShouldBe("turn other turn other turn");
    }

    [Fact]
    public void A_host_with_other_work_waits_for_one_handler_and_not_for_all_that_are_ready()
    {
        using var host = new YieldingHost();
        var order = new List<string>();
        NoteOtherWork(host, order);
        Run(host, _always, loop => AddThree(loop, order));
        string.Join(' ', order).ShouldEndWith("handler other handler other handler");
    }

    [Fact]
    public void Other_work_that_comes_in_the_middle_of_a_turn_waits_for_one_handler()
    {
        using var host = new YieldingHost();
        var order = new List<string>();
        host.Ask = () => order.Contains("handler"); // none when the turn begins
        NoteOtherWork(host, order);
        Run(host, _always, loop => loop.AddCallback(() => loop.AddCallback(() => AddThree(loop, order))));
        string.Join(' ', order).ShouldBe("handler other handler other handler");
    }

    [Fact]
    public void A_host_without_other_work_has_all_handlers_called_in_one_turn()
    {
        using var host = new YieldingHost { Ask = static () => false };
        var turns = new HashSet<int>();
        int turn = 0;
        int left = 3;
        Run(host, _always, loop =>
        {
            void Count()
            {
                turn++;
                loop.TryAddCallback(Count);
            }
            loop.AddCallback(Count);
            AddReady(loop, 3, () =>
            {
                turns.Add(turn);
                if (--left == 0)
                    loop.Stop();
            });
        });
        turns.Count.ShouldBe(1);
    }

    [Fact]
    public void A_handler_that_stops_the_loop_leaves_the_others_of_its_turn_their_call()
    {
        using var host = new YieldingHost();
        int calls = 0;
        Run(host, _always, loop => AddReady(loop, 3, () =>
        {
            calls++;
            loop.Stop();
        }));
        calls.ShouldBe(3);
    }

    [Fact]
    public void What_was_ready_in_a_run_that_has_ended_is_not_taken_for_ready_in_the_next()
    {
        using var host = new YieldingHost();
        Action? behind = null;
        using var isPaused = new ManualResetEventSlim();
        int calls = 0;
        bool isOver = false;
        host.Behind = turn =>
        {
            if (calls == 0 || isOver)
            {
                host.Queue(turn);
                return;
            }
            behind = turn;
            isPaused.Set();
        };
        using var loop = Watched(new HostedIOLoop(host, _always));
        Pipe[] pipes = [NewPipe(), NewPipe()];
        foreach (var pipe in pipes)
        {
            Descriptors.Write(pipe.WriteEnd);
            loop.AddHandler(pipe.ReadEnd, (_, _) => calls++, IOEvents.Read);
        }
        loop.Attach();
        Bounded.Await(isPaused, "a pause behind the first handler");
        loop.Stop();
        host.Queue(behind!);
        Bounded.Await(loop.Completion, "the end of the run");
        calls.ShouldBe(1);
        isOver = true;
        foreach (var pipe in pipes)
            Descriptors.Read(pipe.ReadEnd); // by other code, while the loop does not run
        Run(loop, again => again.AddCallback(() => again.AddCallback(again.Stop)));
        calls.ShouldBe(1);
    }

    [Fact]
    public void A_host_without_other_work_is_asked_and_loses_nothing()
    {
        using var host = new YieldingHost { Ask = static () => false };
        host.Behind = static _ => throw new InvalidOperationException("Nothing waits.");
        RunCallbacks(host, _always, 20);
        host.Questions.ShouldBeInRange(18, 20); // after each turn
    }

    [Fact]
    public void A_host_is_not_asked_before_the_budget_is_used_up()
    {
        using var host = new YieldingHost();
        RunCallbacks(host, new HostedIOLoopOptions { TurnBudget = TimeSpan.FromDays(1) }, 100);
        host.Questions.ShouldBe(0);
    }

    [Fact]
    public void A_host_is_not_asked_without_a_budget()
    {
        using var host = new YieldingHost();
        RunCallbacks(host, new HostedIOLoopOptions { TurnBudget = null }, 100);
        host.Questions.ShouldBe(0);
    }

    [Fact]
    public void A_loop_with_pauses_of_its_own_hardly_ever_asks()
    {
        using var host = new YieldingHost();
        int left = 20;
        void Later(IOLoop loop)
        {
            if (--left == 0)
                loop.Stop();
            else
                loop.CallLater(TimeSpan.FromMilliseconds(1), () => Later(loop)); // longer than the gap that counts as the host's turn
        }
        Run(host, _always, loop => loop.CallLater(TimeSpan.FromMilliseconds(1), () => Later(loop)));
        host.Questions.ShouldBeLessThan(10); // 0, unless a turn ends when its timeout is nearly due; 19 if pauses did not count
    }

    [Fact]
    public void A_loop_that_is_woken_at_once_whenever_it_sleeps_asks_all_the_same()
    {
        var host = new ManualHost();
        using var loop = Watched(new HostedIOLoop(host, _always));
        loop.Attach();
        host.RunPosted();
        // Each turn leaves the loop asleep, and the next callback wakes it; mostly at once, on any machine.
        for (int i = 0; i < 10_000 && host.Questions < 5; i++)
        {
            loop.AddCallback(static () => { });
            host.RunPosted();
        }
        host.Questions.ShouldBe(5);
        loop.Stop();
        host.RunPosted();
        loop.IsRunning.ShouldBeFalse();
    }

    [Fact]
    public void A_host_whose_answer_fails_ends_the_run()
    {
        using var host = new YieldingHost { Ask = static () => throw new TestException("no answer") };
        Should.Throw<InvalidOperationException>(() => RunCallbacks(host, _always, 100)).InnerException.ShouldBeOfType<TestException>();
    }

    [Fact]
    public void A_host_that_refuses_a_turn_behind_other_work_ends_the_run()
    {
        using var host = new YieldingHost();
        host.Behind = static _ => throw new TestException("no timer left");
        Should.Throw<InvalidOperationException>(() => RunCallbacks(host, _always, 100)).InnerException.ShouldBeOfType<TestException>();
    }

    [Fact]
    public void A_loop_that_was_lost_by_such_a_refusal_can_run_again()
    {
        using var host = new YieldingHost();
        using var loop = Watched(new HostedIOLoop(host, _always));
        var works = host.Behind;
        host.Behind = static _ => throw new TestException("no timer left");
        Should.Throw<InvalidOperationException>(() => Run(loop, KeepBusy)).InnerException.ShouldBeOfType<TestException>();
        host.Behind = works;
        Run(loop, again => again.AddCallback(again.Stop));
    }

    [Fact]
    public void A_host_that_runs_a_turn_at_once_that_should_wait_is_given_it_by_another_thread()
    {
        using var host = new YieldingHost();
        int behind = 0;
        bool isInside = false;
        host.Behind = turn =>
        {
            behind++;
            isInside = true;
            turn();
            isInside = false;
        };
        RunCallbacks(host, _always, 20, () => isInside.ShouldBeFalse());
        behind.ShouldBeGreaterThan(5);
    }

    [Fact]
    public void A_turn_behind_other_work_is_not_taken_for_dropped_by_a_stop()
    {
        using var host = new YieldingHost();
        Action? kept = null;
        using var isKept = new ManualResetEventSlim();
        host.Behind = turn =>
        {
            kept = turn;
            isKept.Set();
        };
        using var loop = Watched(new HostedIOLoop(host, _always));
        loop.Attach();
        KeepBusy(loop);
        Bounded.Await(isKept, "a turn that gives way");
        int posts = host.Posts;
        loop.Stop(); // from here: it asks the host whether that still takes anything
        Answered(host);
        Answered(host);
        host.Posts.ShouldBeLessThanOrEqualTo(posts + 2); // a probe and what is asked behind it, but no turn
        loop.IsRunning.ShouldBeTrue();
        host.Queue(kept!);
        Bounded.Await(loop.Completion, "the end of the run");
    }

    [Fact]
    public void A_turn_behind_other_work_that_the_host_drops_is_noticed_by_a_stop()
    {
        using var host = new YieldingHost();
        using var isDropped = new ManualResetEventSlim();
        host.Behind = _ => isDropped.Set();
        using var loop = Watched(new HostedIOLoop(host, _always));
        loop.Attach();
        KeepBusy(loop);
        Bounded.Await(isDropped, "a turn that gives way");
        loop.Stop();
        Bounded.Await(loop.Completion, "the end of the run");
    }

    [Fact]
    public void A_run_that_follows_has_a_budget_of_its_own()
    {
        using var host = new YieldingHost();
        using var loop = Watched(new HostedIOLoop(host, new HostedIOLoopOptions { TurnBudget = TimeSpan.Zero }));
        for (int run = 0; run < 10; run++)
        {
            loop.AddCallback(loop.Stop);
            Guarded(loop, "a run of one turn", loop.Start);
        }
        host.Questions.ShouldBe(0);
    }

    [Fact]
    public void A_negative_budget_is_refused() =>
        Should.Throw<ArgumentOutOfRangeException>(() => new HostedIOLoopOptions { TurnBudget = TimeSpan.FromTicks(-1) });

    [Fact]
    public void A_budget_that_no_clock_can_count_is_one_without_end()
    {
        using var host = new YieldingHost();
        RunCallbacks(host, new HostedIOLoopOptions { TurnBudget = TimeSpan.MaxValue }, 10);
        host.Questions.ShouldBe(0);
    }

    private static void Answered(YieldingHost host)
    {
        using var answered = new ManualResetEventSlim();
        host.Queue(answered.Set);
        Bounded.Await(answered, "the host");
    }

    private static void KeepBusy(IOLoop loop)
    {
        void Again() => loop.TryAddCallback(Again);
        loop.AddCallback(Again);
    }

    /// <summary>Callbacks in turns of their own, then a stop.</summary>
    private void RunCallbacks(YieldingHost host, HostedIOLoopOptions options, int count, Action? each = null) => Run(host, options, loop =>
    {
        void Next()
        {
            each?.Invoke();
            if (--count > 0)
                loop.AddCallback(Next);
            else
                loop.Stop();
        }
        loop.AddCallback(Next);
    });

    private static void NoteOtherWork(YieldingHost host, List<string> order) => host.Behind = turn => host.Queue(() =>
    {
        order.Add("other");
        turn();
    });

    private void AddThree(IOLoop loop, List<string> order) => AddReady(loop, 3, () =>
    {
        order.Add("handler");
        if (order.Count(entry => entry == "handler") == 3)
            loop.Stop();
    });

    private void AddReady(IOLoop loop, int count, Action call)
    {
        for (int i = 0; i < count; i++)
        {
            loop.AddHandler(NewEventFd(signalled: true).Number, (fd, _) =>
            {
                loop.RemoveHandler(fd);
                call();
            }, IOEvents.Read);
        }
    }

    private void Run(YieldingHost host, HostedIOLoopOptions options, Action<IOLoop> begin) => Run(Watched(new HostedIOLoop(host, options)), begin);

    private void Run(HostedIOLoop loop, Action<IOLoop> begin)
    {
        begin(loop);
        Guarded(loop, "turns in a host that knows what waits", loop.Start);
    }
}
