using IOLoops.Conformance;
using Shouldly;
using Xunit;

namespace IOLoops.Tests.Hosting;

public sealed class PumpedContextTests
{
    private int _wakes;

    [Fact]
    public void What_is_posted_waits_for_RunPosted_and_runs_in_order()
    {
        var context = new PumpedSynchronizationContext();
        var run = new List<int>();
        for (int i = 0; i < 3; i++)
            context.Post(state => run.Add((int)state!), i);
        run.ShouldBeEmpty();
        context.HasPosted.ShouldBeTrue();
        context.RunPosted(TimeSpan.MaxValue).ShouldBe(3);
        run.ShouldBe([0, 1, 2]);
        context.HasPosted.ShouldBeFalse();
        context.RunPosted(TimeSpan.Zero).ShouldBe(0);
    }

    [Fact]
    public void One_call_is_made_when_there_is_no_time_and_the_rest_stays()
    {
        var context = new PumpedSynchronizationContext(() => _wakes++);
        int run = 0;
        for (int i = 0; i < 3; i++)
            context.Post(_ => run++, null);
        _wakes.ShouldBe(1); // for the first alone
        context.RunPosted(TimeSpan.Zero).ShouldBe(1);
        run.ShouldBe(1);
        _wakes.ShouldBe(2); // the main loop must not sleep: something is left
        context.RunPosted(TimeSpan.MaxValue).ShouldBe(2);
        _wakes.ShouldBe(2);
    }

    [Fact]
    public void What_is_posted_meanwhile_runs_as_long_as_there_is_time()
    {
        var context = new PumpedSynchronizationContext();
        int run = 0;
        void Again(object? state)
        {
            if (++run < 100)
                context.Post(Again, null);
        }
        context.Post(Again, null);
        context.RunPosted(TimeSpan.MaxValue).ShouldBe(100);
        void Endless(object? state)
        {
            run++;
            context.Post(Endless, null);
        }
        context.Post(Endless, null);
        context.RunPosted(TimeSpan.FromMilliseconds(1)).ShouldBeGreaterThan(0);
        context.HasPosted.ShouldBeTrue();
    }

    [Fact]
    public void A_failure_is_thrown_to_the_main_loop_and_what_is_behind_it_stays()
    {
        var context = new PumpedSynchronizationContext(() => _wakes++);
        bool hasRun = false;
        context.Post(_ => throw new TestException("posted"), null);
        context.Post(_ => hasRun = true, null);
        Should.Throw<TestException>(() => context.RunPosted(TimeSpan.MaxValue));
        hasRun.ShouldBeFalse();
        _wakes.ShouldBe(2);
        context.RunPosted(TimeSpan.MaxValue).ShouldBe(1);
        hasRun.ShouldBeTrue();
    }

    [Fact]
    public void Send_calls_at_once_on_its_thread_and_waits_elsewhere()
    {
        using var main = new MainLoop();
        int own = 0;
        var context = new PumpedSynchronizationContext();
        context.Send(_ => own = Environment.CurrentManagedThreadId, null);
        own.ShouldBe(Environment.CurrentManagedThreadId);
        int other = 0;
        main.Context.Send(_ => other = Environment.CurrentManagedThreadId, null);
        other.ShouldNotBe(0);
        other.ShouldNotBe(own);
        Should.Throw<TestException>(() => main.Context.Send(_ => throw new TestException("sent"), null));
    }

    [Fact]
    public void RunPosted_on_another_thread_says_where_to_call_it()
    {
        using var main = new MainLoop();
        Should.Throw<InvalidOperationException>(() => main.Context.RunPosted(TimeSpan.Zero)).Message.ShouldContain("thread");
        Should.Throw<ArgumentOutOfRangeException>(() => main.Context.RunPosted(TimeSpan.FromTicks(-1)));
        Should.Throw<ArgumentNullException>(() => main.Context.Post(null!, null));
        Should.Throw<ArgumentNullException>(() => main.Context.Send(null!, null));
    }

    [Fact]
    public void A_busy_loop_leaves_the_main_loop_its_iterations()
    {
        using var main = new MainLoop { Limit = TimeSpan.FromMilliseconds(1) };
        using var loop = new SynchronizationContextIOLoop(main.Context);
        void Again() => loop.TryAddCallback(Again);
        loop.AddCallback(Again);
        loop.Attach();
        Bounded.Until(() => main.Iterations > 50, "the main loop comes round");
        Bounded.Await(loop.StopAsync(), "the end of the run");
    }

    [Fact]
    public void A_loop_knows_the_thread_from_the_start()
    {
        bool isRunning = true;
        var thread = new Thread(() => // not the pool's, which runs other things as well
        {
            using var loop = new SynchronizationContextIOLoop(new PumpedSynchronizationContext());
            loop.Attach();
            loop.Stop(); // between turns, on the host's own thread: that is the end
            isRunning = loop.IsRunning;
        });
        thread.Start();
        thread.Join();
        isRunning.ShouldBeFalse();
    }
}
