using System.Reactive.Concurrency;
using IOLoops.Conformance;
using Shouldly;
using Xunit;

namespace IOLoops.Rx.Tests.Loops;

/// <summary>Schedulers that run work inside the call that schedules it, and one that does so now and then.</summary>
public sealed class RefusedSchedulerTests : RxHarness
{
    public static TheoryData<string> Inline => ["Immediate", "CurrentThread"];

    [Theory]
    [MemberData(nameof(Inline))]
    public void A_scheduler_that_runs_work_inline_is_refused_and_others_are_named(string name)
    {
        foreach (Action use in new Action[] { () => _ = new RxIOLoop(Find(name)), () => RxIOLoop.Attach(Find(name)) })
        {
            var refusal = Should.Throw<ArgumentException>(use);
            refusal.ParamName.ShouldBe("scheduler");
            refusal.Message.ShouldContain(nameof(EventLoopScheduler));
        }
    }

    [Theory]
    [MemberData(nameof(Inline))]
    public void One_in_disguise_is_refused_in_the_same_way(string name)
    {
        foreach (var disguised in new[] { Wraps.Catch(Find(name)), Wraps.Catch(Wraps.Catch(Find(name))), Wraps.DisableOptimizations(Find(name)), Wraps.Catch(Wraps.DisableOptimizations(Find(name))) })
        {
            var refusal = Should.Throw<ArgumentException>(() => new RxIOLoop(disguised));
            refusal.ParamName.ShouldBe("scheduler");
            refusal.Message.ShouldContain(nameof(EventLoopScheduler));
        }
    }

    [Fact]
    public void Virtual_time_that_cannot_be_seen_is_refused()
    {
        var scheduler = new HistoricalScheduler();
        foreach (var hidden in new[] { Wraps.DisableOptimizations(scheduler), Wraps.Catch(Wraps.DisableOptimizations(scheduler)) })
            Should.Throw<ArgumentException>(() => new RxIOLoop(hidden)).Message.ShouldContain("DisableOptimizations");
    }

    [Fact]
    public void A_scheduler_that_runs_work_at_once_everywhere_is_refused_at_the_first_post_and_nothing_is_lost()
    {
        var loop = NewLoop(new NoQueueScheduler());
        bool ran = false;
        loop.AddCallback(() => ran = true);
        Should.Throw<InvalidOperationException>(loop.Attach).Message.ShouldContain("queue");
        loop.IsRunning.ShouldBeFalse();
        loop.Close();
        ran.ShouldBeFalse();
        Log.Entries.ShouldContain(entry => entry.Message.Contains("never ran", StringComparison.Ordinal) && entry.Counts(1));
    }

    [Fact]
    public void Start_moves_virtual_time_behind_a_handler()
    {
        var scheduler = new HistoricalScheduler(DateTimeOffset.UnixEpoch);
        var loop = NewLoop(Wraps.Catch(scheduler));
        loop.CallLater(TimeSpan.FromMinutes(1), loop.Stop);
        Await(Task.Factory.StartNew(loop.Start, TaskCreationOptions.LongRunning), "Start to move a minute");
        scheduler.Now.ShouldBeGreaterThanOrEqualTo(DateTimeOffset.UnixEpoch + TimeSpan.FromMinutes(1));
    }

    [Fact]
    public void The_thread_of_a_loop_s_scheduler_is_known_behind_a_handler()
    {
        using var threads = new LoopThreads();
        var native = threads.Start();
        var loop = NewLoop(Wraps.Catch(native.AsScheduler()));
        var ran = NewEvent();
        Await(native.InvokeAsync(() =>
        {
            loop.Attach();
            loop.IsOnLoopThread.ShouldBeTrue();
            loop.CallLater(TimeSpan.FromMilliseconds(1), ran.Set); // between turns
        }), "the loop's own work");
        Await(ran, "the timeout");
        loop.IsOnLoopThread.ShouldBeFalse();
        loop.Stop();
        Until(() => !loop.IsRunning, "the loop has stopped");
    }

    [Fact]
    public void No_scheduler_at_all_is_refused() => Should.Throw<ArgumentNullException>(() => new RxIOLoop(null!));

    [Fact]
    public void A_start_on_the_thread_of_a_context_scheduler_is_refused()
    {
        using var threads = new LoopThreads();
        var native = threads.Start();
        var loop = NewLoop(new SynchronizationContextScheduler(native.SynchronizationContext));
        Await(native.InvokeAsync(() =>
        {
            Should.Throw<InvalidOperationException>(loop.Start).Message.ShouldContain("Attach");
            Should.Throw<InvalidOperationException>(() => loop.RunSync(() => { }));
            loop.IsRunning.ShouldBeFalse();
        }), "the context's own work");
    }

    [Fact]
    public void A_context_scheduler_that_may_run_work_inline_never_does_so_with_turns()
    {
        using var threads = new LoopThreads();
        var native = threads.Start();
        var context = native.SynchronizationContext;
        var loop = NewLoop(new SynchronizationContextScheduler(context, alwaysPost: false));
        var ran = NewEvent();
        var read = NewEvent();
        var pipe = NewPipe();
        pipe.Send();
        bool inside = false;
        Await(native.InvokeAsync(() =>
        {
            SynchronizationContext.Current.ShouldBe(context);
            inside = true;
            loop.AddHandler(pipe.ReadEnd, (_, _) =>
            {
                pipe.Drain();
                inside.ShouldBeFalse();
                native.IsOnLoopThread.ShouldBeTrue();
                read.Set();
            }, IOEvents.Read);
            loop.Attach();
            loop.AddCallback(() =>
            {
                inside.ShouldBeFalse();
                loop.CallLater(TimeSpan.FromMilliseconds(1), ran.Set);
            });
            SynchronizationContext.Current.ShouldBe(context);
            inside = false;
        }), "the context's own work");
        Await(read, "the handler");
        Await(ran, "the timeout");
        for (int i = 0; i < 20; i++)
        {
            // From the context's thread, while the loop sleeps, and from its turns.
            Await(native.InvokeAsync(() =>
            {
                inside = true;
                loop.AddCallback(() => inside.ShouldBeFalse());
                inside = false;
            }), "the context's own work");
            Await(loop.InvokeAsync(() => loop.AddCallback(() => native.IsOnLoopThread.ShouldBeTrue())), "a callback");
        }
        loop.Stop();
        Until(() => !loop.IsRunning, "the loop has stopped");
    }

    [Theory, InlineData(false), InlineData(true)]
    public void A_start_on_the_thread_of_an_event_loop_scheduler_is_refused_also_in_its_very_first_item(bool isWrapped)
    {
        var scheduler = Own(new EventLoopScheduler());
        Exception? refusal = null;
        var over = NewEvent();
        var loop = NewLoop(isWrapped ? Wraps.Catch(scheduler) : scheduler);
        scheduler.Schedule(() =>
        {
            refusal = Record.Exception(loop.Start);
            over.Set();
        });
        bool ended = over.Wait(Patience / 2);
        loop.Stop();
        ended.ShouldBeTrue("the scheduler's thread waits for itself");
        refusal.ShouldBeOfType<InvalidOperationException>();
    }

    [Fact]
    public void A_start_on_the_thread_of_an_event_loop_scheduler_that_is_known_is_refused()
    {
        var scheduler = Own(new EventLoopScheduler());
        var first = NewLoop(scheduler);
        first.RunSync(() => 42).ShouldBe(42);
        var second = NewLoop(scheduler);
        Exception? refusal = null;
        scheduler.Schedule(() => refusal = Record.Exception(second.Start));
        Settle(scheduler);
        refusal.ShouldBeOfType<InvalidOperationException>();
        second.RunSync(() => 43).ShouldBe(43);
    }

    [Fact]
    public void A_start_is_not_refused_on_a_thread_that_once_ran_a_turn_of_a_context_with_many_threads()
    {
        using var context = new LingeringThreadsContext();
        var loop = NewLoop(new SynchronizationContextScheduler(context));
        for (int i = 0; i < 3; i++)
            loop.RunSync(() => { });
        context.RunOnEach(() =>
        {
            loop.IsOnLoopThread.ShouldBeFalse();
            loop.AddCallback(loop.Stop);
            loop.Start();
        });
    }

    [Fact]
    public void Other_work_of_the_pool_is_not_on_the_thread_of_a_loop_whose_context_posts_there()
    {
        var loop = NewLoop(new SynchronizationContextScheduler(new PoolContext()));
        loop.Attach();
        PoolContext.AskOnThreadOf(loop, () => loop.IsOnLoopThread).ShouldBeFalse();
    }

    [Fact]
    public void A_context_scheduler_that_refuses_a_turn_leaves_the_caller_its_own_context()
    {
        var context = new RefusingContext();
        var loop = NewLoop(new SynchronizationContextScheduler(context));
        context.Refusal = new TestException();
        OtherThread.Run(() =>
        {
            var own = new SynchronizationContext();
            SynchronizationContext.SetSynchronizationContext(own);
            Should.Throw<InvalidOperationException>(loop.Attach).Message.ShouldContain("gone");
            SynchronizationContext.Current.ShouldBeSameAs(own);
        });
    }

    private static IScheduler Find(string name) => name == "Immediate" ? ImmediateScheduler.Instance : CurrentThreadScheduler.Instance;

    /// <summary>Runs all work inside the call that schedules it, and does not look like a scheduler that does.</summary>
    private sealed class NoQueueScheduler : LocalScheduler
    {
        public override IDisposable Schedule<TState>(TState state, TimeSpan dueTime, Func<IScheduler, TState, IDisposable> action) => action(this, state);
    }
}
