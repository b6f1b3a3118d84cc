using IOLoops.Conformance;
using Microsoft.VisualStudio.Threading;
using Shouldly;
using Xunit;

namespace IOLoops.VsThreading.Tests.Loops;

/// <summary>The main thread: whether there is one, what runs on it, and its end.</summary>
public sealed class MainThreadTests : JoinableTaskHarness
{
    [Fact]
    public void A_context_without_a_main_thread_is_refused_and_the_message_says_what_to_pass()
    {
        using var context = JoinableTaskContext.CreateNoOpContext();
        Refusal(context).ShouldSatisfyAllConditions(
            refusal => refusal.ParamName.ShouldBe("factory"),
            refusal => refusal.Message.ShouldContain("CreateJoinableTaskContext"));
    }

    [Fact]
    public void A_context_made_on_a_thread_without_a_SynchronizationContext_is_refused() => OtherThread.Run(() =>
    {
        using var context = new JoinableTaskContext();
        Refusal(context).ParamName.ShouldBe("factory");
    });

    [Fact]
    public void A_context_that_posts_to_the_thread_pool_is_refused()
    {
        using var context = new JoinableTaskContext(Thread.CurrentThread, new SynchronizationContext());
        Refusal(context).ParamName.ShouldBe("factory");
    }

    [Fact]
    public void No_factory_is_refused() => Should.Throw<ArgumentNullException>(() => new JoinableTaskIOLoop(null!)).ParamName.ShouldBe("factory");

    [Fact]
    public void The_factory_is_the_one_that_was_given() => NewLoop(Factory).Factory.ShouldBeSameAs(Factory);

    [Fact]
    public void Attach_makes_a_loop_that_runs_with_the_options_given()
    {
        var loop = JoinableTaskIOLoop.Attach(Factory, new HostedIOLoopOptions { Name = "main", Poller = PollerKind.Poll });
        loop.Name.ShouldBe("main");
        loop.Poller.ShouldBe(PollerKind.Poll);
        loop.IsRunning.ShouldBeTrue();
        Bounded.Await(loop.InvokeAsync(() => Thread.CurrentThread.ShouldBe(Main.Thread)), "a callback");
        loop.Stop();
        Bounded.Until(() => !loop.IsRunning, "the loop has stopped");
        loop.Close();
    }

    [Fact]
    public void A_loop_attached_on_the_main_thread_runs_there()
    {
        JoinableTaskIOLoop loop = null!;
        OnMain("Attach", () => loop = Attached(NewLoop()));
        Thread? ran = null;
        Bounded.Await(loop.InvokeAsync(() => ran = Thread.CurrentThread), "a callback");
        ran.ShouldBe(Main.Thread);
    }

    [Fact]
    public void Between_turns_the_main_thread_is_the_loop_s_and_what_it_registers_takes_effect_at_once()
    {
        var counter = NewEventFd();
        Task<Thread> read = null!;
        OnMain("registration", () =>
        {
            Loop.IsOnLoopThread.ShouldBeTrue();
            read = WhenReadable(counter.Number);
        });
        counter.Signal();
        Bounded.Await(read, "data");
        Should.Throw<InvalidOperationException>(() => Loop.AddHandler(counter.Number, (_, _) => { }, IOEvents.Read))
            .Message.ShouldContain("AddCallback");
    }

    [Fact]
    public void What_a_continuation_between_turns_adds_wakes_the_loop()
    {
        var done = new TaskCompletionSource();
        BlockMain("a callback added between turns", async () =>
        {
            using (Loop.Join())
            {
                await Loop.InvokeAsync(() => { });
                await Task.Yield(); // on the main thread, as Run's own work, in no turn
                Loop.AddCallback(done.SetResult);
                await done.Task;
            }
        });
    }

    [Fact]
    public void A_main_thread_that_has_ended_refuses_a_loop()
    {
        var context = Context;
        Main.Dispose();
        var loop = NewLoop(context.Factory);
        Should.Throw<InvalidOperationException>(loop.Attach).Message.ShouldContain("ended");
        loop.IsRunning.ShouldBeFalse();
        Should.Throw<InvalidOperationException>(() => loop.RunSync(() => { }, Patience));
    }

    [Fact]
    public void When_the_main_thread_ends_a_waiting_Start_ends_and_nothing_runs_elsewhere()
    {
        var counter = NewEventFd();
        var loop = NewLoop();
        bool ran = false;
        loop.AddHandler(counter.Number, (_, _) => ran = true, IOEvents.Read);
        Exception? thrown = null;
        var starter = OtherThread.Start(() => thrown = Should.Throw<InvalidOperationException>(loop.Start));
        Bounded.Until(() => loop.IsRunning, "the loop runs");
        Bounded.Await(loop.InvokeAsync(() => { }), "a callback");
        Main.Dispose();
        starter.Join();
        thrown!.Message.ShouldContain("gone");
        loop.IsRunning.ShouldBeFalse();
        counter.Signal();
        loop.AddCallback(() => ran = true); // accepted, and reported by Close
        loop.Close();
        ran.ShouldBeFalse();
        Log.Entries.Count(entry => entry.Message.Contains("has stopped", StringComparison.Ordinal)).ShouldBe(1);
    }

    [Fact]
    public void When_the_main_thread_ends_a_waiting_RunSync_ends()
    {
        var loop = NewLoop();
        var started = new TaskCompletionSource();
        var starter = OtherThread.Start(() => Should.Throw<InvalidOperationException>(() => loop.RunSync(async () =>
        {
            started.SetResult();
            await new TaskCompletionSource().Task;
        })));
        Bounded.Await(started.Task, "the function's beginning");
        Main.Dispose();
        starter.Join();
        loop.IsRunning.ShouldBeFalse();
    }

    [Fact]
    public void A_loop_that_is_merely_attached_notices_at_its_next_post_that_the_main_thread_has_ended()
    {
        var counter = NewEventFd();
        OnMain("registration", () => Loop.AddHandler(counter.Number, (_, _) => { }, IOEvents.Read));
        Main.Dispose();
        counter.Signal(); // the sleeper posts
        Bounded.Until(() => !Loop.IsRunning, "the loop has stopped");
    }

    [Fact]
    public void A_factory_s_way_of_posting_is_kept()
    {
        var factory = new CountingFactory(Context);
        var loop = Attached(NewLoop(factory));
        int before = factory.Posts;
        Bounded.Await(loop.InvokeAsync(() => { }), "a callback");
        factory.Posts.ShouldBeGreaterThan(before);
    }

    private static ArgumentException Refusal(JoinableTaskContext context) =>
        Should.Throw<ArgumentException>(() => new JoinableTaskIOLoop(context.Factory));

    /// <summary>Posts like one with a priority.</summary>
    private sealed class CountingFactory(JoinableTaskContext context) : JoinableTaskFactory(context)
    {
        private int _posts;

        internal int Posts => Volatile.Read(ref _posts);

        protected override void PostToUnderlyingSynchronizationContext(SendOrPostCallback callback, object state)
        {
            Interlocked.Increment(ref _posts);
            base.PostToUnderlyingSynchronizationContext(callback, state);
        }
    }
}
