using IOLoops.Conformance;
using Shouldly;
using Xunit;

namespace IOLoops.Tests;

/// <summary>The end of a run, against other threads.</summary>
public abstract partial class NativeTests
{
    // Row: Stop before Start
    [Theory, InlineData(true), InlineData(false)]
    public void A_stop_by_a_thread_that_has_seen_the_run_end_ends_the_next_start(bool runOnce)
    {
        var loop = NewEndingLoop();
        loop.WhenEnded = () => OtherThread.Run(() =>
        {
            loop.IsRunning.ShouldBeFalse();
            loop.Stop();
        });
        loop.AddCallback(loop.Stop);
        Guarded("a run", () =>
        {
            if (runOnce)
                loop.RunOnce(TimeSpan.Zero).ShouldBe(1);
            else
                loop.Start();
        });
        loop.WhenEnded = null;
        bool ran = false;
        loop.AddCallback(() =>
        {
            ran = true;
            loop.Stop();
        });
        Guarded("a start that was stopped before", loop.Start);
        ran.ShouldBeFalse();
        Guarded("a start", loop.Start);
        ran.ShouldBeTrue();
    }

    [Fact]
    public void A_stop_that_comes_while_the_run_ends_is_for_that_run()
    {
        var loop = NewEndingLoop();
        bool mayStop = false;
        var local = new AsyncLocal<string?>(_ => // the caller's context is restored behind the last turn
        {
            if (!mayStop)
                return;
            mayStop = false; // the other thread's context changes, too
            OtherThread.Run(loop.Stop);
        });
        local.Value = "mine";
        loop.SpawnCallback(() =>
        {
            mayStop = true;
            loop.Stop();
        });
        Guarded("a run", loop.Start);
        mayStop.ShouldBeFalse("the context was not restored");
        bool ran = false;
        loop.AddCallback(() =>
        {
            ran = true;
            loop.Stop();
        });
        Guarded("a start", loop.Start);
        ran.ShouldBeTrue();
    }

    [Fact]
    public void A_thread_that_has_seen_the_run_end_may_start_the_loop_which_has_left_nothing_on_the_first_thread()
    {
        var loop = NewEndingLoop();
        var before = SynchronizationContext.Current;
        SynchronizationContext? after = null;
        OtherThread? other = null;
        bool ran = false;
        loop.WhenEnded = () =>
        {
            loop.WhenEnded = null;
            after = SynchronizationContext.Current; // put back later, it would be the other run's that is lost
            loop.AddCallback(() =>
            {
                ran = SynchronizationContext.Current == loop.SynchronizationContext;
                loop.Stop();
            });
            other = OtherThread.Start(loop.Start);
        };
        loop.AddCallback(loop.Stop);
        Guarded("a run", loop.Start);
        other!.Join();
        ran.ShouldBeTrue();
        after.ShouldBe(before);
    }

    // Row: RemoveHandlerAsync from any thread, also while the loop ends
    [Fact]
    public void A_removal_asked_for_in_a_single_turn_is_served_when_that_ends()
    {
        var counter = NewEventFd(signalled: true);
        Task? removal = null;
        Loop.AddHandler(counter.Number, (_, _) => OtherThread.Run(() => removal = Loop.RemoveHandlerAsync(counter.Number).AsTask()), IOEvents.Read);
        Loop.RunOnce(TimeSpan.Zero).ShouldBe(1);
        Bounded.Await(removal.ShouldNotBeNull(), "the removal");
        Loop.RunOnce(TimeSpan.Zero).ShouldBe(0);
    }

    // Row: DisposeAsync
    [Fact]
    public async Task A_loop_that_another_thread_ran_for_a_moment_while_it_was_closed_is_closed_all_the_same()
    {
        var loop = Watched(new NativeRefusingLoop(Fixture.Options(new IOLoopOptions { LoggerFactory = Log })));
        await loop.DisposeAsync().AsTask().WaitAsync(Patience, TestContext.Current.CancellationToken);
        loop.IsClosed.ShouldBeTrue();
    }

    private NativeEndingLoop NewEndingLoop()
    {
        var loop = Watched(new NativeEndingLoop(Fixture.Options(new IOLoopOptions { LoggerFactory = Log })));
        UseLoop(loop);
        return loop;
    }
}
