using System.Reactive.Concurrency;
using IOLoops.Conformance;
using Shouldly;
using Xunit;

namespace IOLoops.Rx.Tests.Loops;

/// <summary>An EventLoopScheduler, which drops queued work without a word, is disposed under a loop.</summary>
/// <param name="wrap">What stands between the loop and the scheduler.</param>
public abstract class DisposedSchedulerTests(Func<IScheduler, IScheduler> wrap) : RxHarness
{
    private readonly EventLoopScheduler _scheduler = new();

    private IScheduler Wrapped => field ??= wrap(_scheduler);

    [Fact]
    public void Idle_the_loop_ends_with_the_next_callback()
    {
        var loop = Attached();
        _scheduler.Dispose();
        loop.AddCallback(() => Assert.Fail("there is nothing to run it on"));
        loop.IsRunning.ShouldBeFalse();
        loop.AddCallback(() => Assert.Fail("there is nothing to run it on"));
        LossShouldBeLoggedOnce();
        loop.Close();
        Log.Entries.ShouldContain(entry => entry.Message.Contains("never ran", StringComparison.Ordinal) && entry.Counts(2));
    }

    [Fact]
    public void Idle_the_loop_ends_with_the_next_data()
    {
        var pipe = NewPipe();
        var loop = NewLoop(Wrapped);
        loop.AddHandler(pipe.ReadEnd, (_, _) => Assert.Fail("there is nothing to run it on"), IOEvents.Read);
        loop.Attach();
        Settle(_scheduler);
        _scheduler.Dispose();
        pipe.Send();
        Until(() => !loop.IsRunning, "the loop has ended");
        LossShouldBeLoggedOnce();
    }

    [Fact]
    public void With_a_turn_that_is_dropped_the_loop_ends_with_a_stop()
    {
        var loop = Attached();
        DropTurn(loop);
        loop.AddCallback(() => Assert.Fail("there is nothing to run it on"));
        loop.Stop();
        loop.IsRunning.ShouldBeFalse();
        LossShouldBeLoggedOnce();
        loop.Close();
        Log.Entries.ShouldContain(entry => entry.Message.Contains("never ran", StringComparison.Ordinal) && entry.Counts(2));
    }

    [Fact]
    public void Inside_a_handler_the_loop_ends_with_that_post()
    {
        var pipe = NewPipe();
        var loop = NewLoop(Wrapped);
        int ran = 0;
        loop.AddHandler(pipe.ReadEnd, (_, _) =>
        {
            ran++;
            _scheduler.Dispose();
        }, IOEvents.Read);
        loop.Attach();
        Settle(_scheduler);
        pipe.Send();
        Until(() => !loop.IsRunning, "the loop has ended");
        ran.ShouldBeInRange(1, 4, "short turns share a post");
        LossShouldBeLoggedOnce();
    }

    [Fact]
    public void Inside_a_callback_that_sets_a_timeout_the_loop_ends_with_that_turn()
    {
        var loop = Attached();
        loop.AddCallback(() =>
        {
            _scheduler.Dispose();
            loop.CallLater(TimeSpan.FromMilliseconds(1), () => Assert.Fail("there is nothing to run it on"));
        });
        Until(() => !loop.IsRunning, "the loop has ended");
        LossShouldBeLoggedOnce();
    }

    [Theory]
    [InlineData("idle")]
    [InlineData("in a callback")]
    [InlineData("with a turn posted")]
    [InlineData("before the first turn")]
    public void A_start_that_waits_fails(string when)
    {
        var loop = NewLoop(Wrapped);
        var hold = when == "before the first turn" ? Hold(_scheduler) : null;
        var start = Task.Factory.StartNew(loop.Start, TaskCreationOptions.LongRunning);
        Until(() => loop.IsRunning, "the loop is attached");
        if (hold is null)
        {
            Await(loop.InvokeAsync(() => { }), "the first turn");
            Settle(_scheduler);
        }
        if (when == "in a callback")
            loop.AddCallback(_scheduler.Dispose);
        else if (when == "with a turn posted")
            DropTurn(loop);
        else
            _scheduler.Dispose();
        hold?.Set();
        Await(start.ContinueWith(_ => { }, TaskScheduler.Default), "the start to end");
        start.Exception.ShouldNotBeNull().InnerException.ShouldBeOfType<InvalidOperationException>();
        LossShouldBeLoggedOnce();
    }

    [Fact]
    public void A_RunSync_that_waits_fails()
    {
        var loop = NewLoop(Wrapped);
        var run = Task.Run(() => loop.RunSync(async () =>
        {
            _scheduler.Dispose();
            await new TaskCompletionSource().Task;
        }, Patience * 10));
        Await(run.ContinueWith(_ => { }, TaskScheduler.Default), "the run to end");
        run.Exception.ShouldNotBeNull().InnerException.ShouldBeOfType<InvalidOperationException>();
        LossShouldBeLoggedOnce();
    }

    [Fact]
    public void A_loop_is_not_attached_to_it()
    {
        _scheduler.Dispose();
        Should.Throw<InvalidOperationException>(() => RxIOLoop.Attach(Wrapped));
        var loop = NewLoop(Wrapped);
        Should.Throw<InvalidOperationException>(loop.Attach);
        Should.Throw<InvalidOperationException>(loop.Start);
        loop.IsRunning.ShouldBeFalse();
    }

    [Fact]
    public void Other_loops_on_it_end_too()
    {
        var loops = Enumerable.Range(0, 5).Select(_ => Attached()).ToList();
        _scheduler.Dispose();
        loops.ForEach(loop => loop.Stop());
        loops.ShouldAllBe(loop => !loop.IsRunning);
    }

    [Fact]
    public void The_loop_does_not_dispose_it()
    {
        var loop = Attached();
        loop.Stop();
        Until(() => !loop.IsRunning, "the loop has stopped");
        loop.Close();
        Settle(_scheduler);
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        _scheduler.Dispose();
    }

    private RxIOLoop Attached()
    {
        var loop = NewLoop(Wrapped);
        loop.Attach();
        Settle(_scheduler);
        return loop;
    }

    private void DropTurn(RxIOLoop loop)
    {
        var release = Hold(_scheduler);
        loop.AddCallback(() => Assert.Fail("it was dropped"));
        _scheduler.Dispose();
        release.Set();
    }
}
