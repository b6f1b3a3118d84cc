using IOLoops.Conformance;
using Microsoft.VisualStudio.Threading;
using Shouldly;
using Xunit;

namespace IOLoops.VsThreading.Tests.Loops;

/// <summary>Contexts that fail, that run what is posted at once, or on another thread than they say.</summary>
public sealed class OddContextTests : JoinableTaskHarness
{
    private readonly OddContext _context;
    private readonly JoinableTaskContext _joinable;

    public OddContextTests()
    {
        _context = new OddContext(Main.SynchronizationContext);
        _joinable = new JoinableTaskContext(Main.Thread, _context);
    }

    [Fact]
    public void A_context_that_takes_no_post_is_refused_on_any_thread_and_may_be_tried_again()
    {
        _context.Failure = new TestException();
        var loop = NewLoop(_joinable.Factory);
        OtherThread.Run(() => Should.Throw<InvalidOperationException>(loop.Attach).Message.ShouldContain("gone"));
        OnMain("Attach", () => Should.Throw<InvalidOperationException>(loop.Attach).Message.ShouldContain("gone"));
        OtherThread.Run(() => Should.Throw<InvalidOperationException>(() => loop.RunSync(() => { }, Patience)));
        loop.IsRunning.ShouldBeFalse();
        _context.Failure = null;
        loop.Attach();
        Bounded.Await(loop.InvokeAsync(() => { }), "a callback of the next run");
    }

    [Fact]
    public void A_context_that_fails_before_the_first_turn_ends_the_run_and_may_be_tried_again()
    {
        using var release = Hold();
        var loop = NewLoop(_joinable.Factory);
        loop.Attach(); // what is to reach the main thread waits in its queue
        _context.Failure = new TestException();
        release.Set();
        ShouldBeLost(loop);
        _context.Failure = null;
        loop.Attach();
        Bounded.Await(loop.InvokeAsync(() => { }), "a callback of the next run");
    }

    [Fact]
    public void A_context_that_fails_later_ends_the_run_and_may_be_tried_again()
    {
        var loop = Attached(NewLoop(_joinable.Factory));
        for (int i = 0; i < 3; i++)
        {
            Bounded.Await(loop.InvokeAsync(() => { }), "a callback");
            OnMain("the main thread's other work", () => { }); // no turn is posted any more
            _context.Failure = new TestException();
            bool ran = false;
            loop.AddCallback(() => ran = true);
            Bounded.Until(() => !loop.IsRunning, "the loop has stopped");
            ran.ShouldBeFalse();
            _context.Failure = null;
            loop.Attach();
            Bounded.Until(() => ran, "what was accepted runs in the next run");
        }
    }

    [Fact]
    public void A_context_that_runs_what_is_posted_at_once_is_refused()
    {
        _context.IsInline = true;
        var loop = NewLoop(_joinable.Factory);
        OnMain("Attach", () => Should.Throw<InvalidOperationException>(loop.Attach).Message.ShouldContain("another thread"));
        loop.IsRunning.ShouldBeFalse();
    }

    // Row: A host that runs at once what its own thread posts
    [Fact]
    public void A_context_that_runs_at_once_what_the_main_thread_posts_runs_nothing_of_the_loop_inside_a_call()
    {
        _context.InlineThread = Main.Thread;
        var loop = NewLoop(_joinable.Factory);
        bool inside = false;
        int ran = 0;
        OnMain("Attach and callbacks", () =>
        {
            inside = true;
            loop.Attach();
            for (int i = 0; i < 10; i++)
                loop.AddCallback(Count);
            inside = false;
        });
        for (int i = 0; i < 10; i++)
        {
            Bounded.Await(loop.InvokeAsync(() => { }), "a callback of another thread");
            OnMain("a callback", () =>
            {
                inside = true;
                loop.AddCallback(Count);
                inside = false;
            });
        }
        Bounded.Until(() => Volatile.Read(ref ran) == 40, "all callbacks, and what they have added");
        OnMain("a stop", loop.Stop);
        Bounded.Until(() => !loop.IsRunning, "the loop has stopped");
        Log.Entries.ShouldBeEmpty();

        void Count()
        {
            inside.ShouldBeFalse("it ran inside the call that added it");
            Thread.CurrentThread.ShouldBe(Main.Thread);
            if (ran++ % 2 == 0)
                loop.AddCallback(Count);
        }
    }

    [Fact]
    public void A_context_of_another_thread_ends_the_run_in_words()
    {
        using var other = new MainThread();
        var joinable = new JoinableTaskContext(Main.Thread, other.SynchronizationContext);
        var loop = NewLoop(joinable.Factory);
        bool ran = false;
        loop.AddCallback(() => ran = true);
        _ = Record.Exception(loop.Attach); // that may come before or after
        ShouldBeLost(loop);
        OnMain("Attach where no switch is needed", () => Record.Exception(loop.Attach));
        ShouldBeLost(loop);
        ran.ShouldBeFalse();
        OtherThread.Run(() => Should.Throw<InvalidOperationException>(() => loop.RunSync(() => { }, Patience)));
    }

    [Fact]
    public void A_main_thread_that_runs_the_loop_itself_is_posted_no_message_per_turn()
    {
        const int Turns = 1_000;
        var loop = NewLoop(_joinable.Factory);
        int turns = 0;
        void Next()
        {
            if (++turns == Turns)
                loop.Stop();
            else
                loop.AddCallback(Next);
        }
        loop.AddCallback(Next);
        OnMain("many turns in Start", loop.Start);
        turns.ShouldBe(Turns);
        _context.Posts.ShouldBeLessThan(Turns / 10); // its queue is not served meanwhile
    }

    [Fact]
    public void A_run_after_one_on_the_main_thread_finds_its_way_through_what_that_left_behind()
    {
        var loop = NewLoop(_joinable.Factory);
        for (int i = 0; i < 20; i++)
        {
            OnMain("RunSync", () => loop.RunSync(() => { }));
            loop.Attach();
            Bounded.Await(loop.InvokeAsync(() => { }), "a callback");
            loop.Stop();
            Bounded.Until(() => !loop.IsRunning, "the loop has stopped");
        }
    }

    [Fact]
    public void A_post_after_closing_begins_nothing()
    {
        var collection = Context.CreateCollection();
        var loop = new HostLoop(Context.CreateFactory(collection), Log);
        loop.Attach();
        Bounded.Await(loop.InvokeAsync(() => { }), "a callback");
        OnMain("the end", () =>
        {
            loop.Stop();
            loop.Close();
            Bounded.Until(() => !collection.Any(), "the loop's own task has ended");
            Should.Throw<ObjectDisposedException>(() => loop.LateTimer());
            collection.ShouldBeEmpty();
        });
    }

    [Theory, InlineData(true), InlineData(false)]
    public void A_stop_ends_a_loop_whose_context_dropped_what_it_took_and_takes_no_more(bool hasRun)
    {
        var loop = NewLoop(_joinable.Factory);
        if (hasRun)
        {
            loop.Attach();
            Bounded.Await(loop.InvokeAsync(() => { }), "a callback");
            OnMain("the main thread's other work", () => { }); // no turn is posted any more
        }
        _context.IsForgetful = true;
        if (!hasRun)
            loop.Attach();
        loop.AddCallback(() => { });
        loop.IsRunning.ShouldBeTrue("nothing was said");
        _context.Failure = new TestException();
        loop.Stop();
        ShouldBeLost(loop);
    }

    [Fact]
    public void A_stop_brings_a_loop_to_its_end_whose_context_dropped_what_it_took_and_takes_more()
    {
        var loop = NewLoop(_joinable.Factory);
        loop.Attach();
        Bounded.Await(loop.InvokeAsync(() => { }), "a callback");
        OnMain("the main thread's other work", () => { }); // no turn is posted any more
        _context.IsForgetful = true;
        bool ran = false;
        loop.AddCallback(() => ran = true);
        _context.IsForgetful = false;
        loop.Stop(); // and the turn that was dropped is found in the loop's own queue
        Bounded.Until(() => !loop.IsRunning, "the loop has stopped");
        Log.Entries.ShouldBeEmpty();
        ran.ShouldBeFalse();
        loop.Attach();
        Bounded.Until(() => ran, "what was accepted runs in the next run");
    }

    [Fact]
    public void A_start_whose_first_turn_was_dropped_ends_when_the_context_takes_no_more()
    {
        var loop = NewLoop(_joinable.Factory);
        _context.IsForgetful = true;
        var start = OtherThread.Start(() => Should.Throw<InvalidOperationException>(loop.Start).Message.ShouldContain("gone"));
        Bounded.Until(() => _context.Posts > 0, "the first turn was posted");
        _context.Failure = new TestException();
        start.Join();
    }

    [Theory, InlineData(false), InlineData(true)]
    public void Turns_that_were_lost_with_a_run_do_not_keep_the_joinable_task_of_the_next_one(bool isDropped)
    {
        var collection = _joinable.CreateCollection();
        var loop = Attached(NewLoop(_joinable.CreateFactory(collection)));
        Bounded.Await(loop.InvokeAsync(() => { }), "a callback");
        OnMain("the main thread's other work", () => { }); // no turn is posted any more
        _context.IsForgetful = isDropped;
        if (isDropped)
            loop.AddCallback(() => { });
        _context.Failure = new TestException();
        if (isDropped)
            loop.Stop();
        else
            loop.AddCallback(() => { });
        ShouldBeLost(loop);
        (_context.IsForgetful, _context.Failure) = (false, null);
        loop.Attach();
        Bounded.Await(loop.InvokeAsync(() => { }), "a callback of the next run");
        loop.Stop();
        Bounded.Await(collection.JoinTillEmptyAsync(), "the end of the loop's own task");
    }

    [Fact]
    public void A_main_thread_that_is_busy_for_long_is_asked_more_and_more_seldom_whether_it_takes_anything()
    {
        const long FirstGap = 100, Duration = 800; // milliseconds
        var loop = Attached(NewLoop(_joinable.Factory));
        Bounded.Await(loop.InvokeAsync(() => { }), "a callback");
        OnMain("the main thread's other work", () => { }); // no turn is posted any more
        using var pause = new ManualResetEventSlim(); // it is never set
        using var release = Hold();
        loop.AddCallback(() => { });
        int before = _context.Posts;
        long began = Environment.TickCount64;
        do
        {
            loop.Stop();
            pause.Wait(2);
        }
        while (Environment.TickCount64 - began < Duration);
        // Each gap is twice as long as the one before it: so many questions fit into the time that has passed, however long.
        double most = 1 + Math.Log2(((Environment.TickCount64 - began) / (double)FirstGap) + 1);
        (_context.Posts - before).ShouldBeInRange(1, (int)most);
        release.Set();
        Bounded.Until(() => !loop.IsRunning, "the loop has stopped");
    }

    private ManualResetEventSlim Hold()
    {
        var release = new ManualResetEventSlim();
        Main.SynchronizationContext.Post(_ => release.Wait(Patience), null);
        return release;
    }

    private void ShouldBeLost(IOLoop loop)
    {
        Bounded.Until(() => !loop.IsRunning, "the loop has stopped");
        Log.Entries.ShouldContain(entry => entry.Message.Contains("has stopped", StringComparison.Ordinal));
    }

    /// <summary>Shows the host.</summary>
    private sealed class HostLoop(JoinableTaskFactory factory, CollectingLoggerFactory log)
        : JoinableTaskIOLoop(factory, new HostedIOLoopOptions { LoggerFactory = log })
    {
        internal void LateTimer() => Host.Post(() => { });
    }
}
