using IOLoops.Conformance;
using IOLoops.Polling;
using IOLoops.Tests.Polling;
using Shouldly;
using Xunit;

namespace IOLoops.Tests.Groups;

/// <summary>Stops and disposals that meet something else.</summary>
public sealed class GroupStopTests : GroupHarness
{
    [Fact]
    public async Task A_stop_that_meets_the_end_of_a_loop_does_not_stop_its_next_run()
    {
        var group = NewGroup(1, create: options => new LateStopLoop(options, Patience));
        var loop = (LateStopLoop)group.Loops[0];
        var run = group.RunAsync();
        await Soon(loop.InvokeAsync(() => { }));
        loop.IsLate = true;
        group.Stop();
        await Soon(run);
        loop.IsLate = false;
        run = group.RunAsync();
        var ran = loop.InvokeAsync(() => { });
        (await Soon(Task.WhenAny(ran, run))).ShouldBe(ran);
        await Soon(group.StopAsync());
        await Soon(run);
    }

    [Fact]
    public async Task A_stop_that_meets_the_start_of_a_loop_ends_that_run_and_not_the_next()
    {
        var group = NewGroup(2, create: options => new SlowStartLoop(options, Patience));
        var loops = group.Loops.Cast<SlowStartLoop>().ToList();
        var run = group.RunAsync();
        loops.ForEach(loop => loop.WaitForStart());
        group.Stop();
        loops.ForEach(loop => loop.Go());
        await Soon(run);
        run = group.RunAsync();
        loops.ForEach(loop => loop.Go());
        foreach (var loop in loops)
            await Soon(loop.InvokeAsync(() => { }));
        run.IsCompleted.ShouldBeFalse();
        await Soon(group.StopAsync());
        await Soon(run);
    }

    [Fact]
    public async Task StopAsync_inside_a_turn_does_not_stop_its_own_loop_while_another_runs()
    {
        var group = NewGroup(2);
        using var handler = new BlockingHandler(group.Loops[0]);
        var run = group.RunAsync();
        handler.Block();
        var own = group.Loops[1];
        Task? stopping = null;
        await Soon(own.InvokeAsync(() =>
        {
            stopping = group.StopAsync();
        }));
        await Soon(own.InvokeAsync(() => { }));
        stopping!.IsCompleted.ShouldBeFalse("the other is in a handler");
        handler.Release();
        await Soon(stopping);
        await Soon(run);
    }

    [Fact]
    public async Task A_loop_that_could_not_be_woken_is_stopped_by_a_second_stop()
    {
        var waker = new FailingWaker();
        var group = NewGroup(2, create: options => options.Name == "LoopGroup-0"
            ? new PollIOLoop(options, (_, _) => new EpollPoller(waker))
            : new PollIOLoop(options));
        bool hasFailed = false;
        for (int round = 0; round < 10_000 && !hasFailed; round++) // a loop that is awake needs no wake
        {
            var run = group.RunAsync();
            await Soon(group.Loops[0].InvokeAsync(() => { }));
            Thread.Yield();
            waker.Fail(2);
            try
            {
                group.Stop();
            }
            catch (IOException)
            {
                hasFailed = true;
            }
            waker.Fail(0);
            if (hasFailed)
                group.Stop();
            await Soon(run);
        }
        hasFailed.ShouldBeTrue();
    }

    [Fact]
    public async Task A_run_with_a_token_fails_with_the_failures_of_all_loops()
    {
        var clocks = new List<FailingClock>();
        var group = NewGroup(2, create: options =>
        {
            clocks.Add(new FailingClock());
            options.TimeProvider = clocks[^1];
            return new PollIOLoop(options);
        });
        using var source = new CancellationTokenSource();
        var run = group.RunAsync(source.Token);
        for (int i = 0; i < 2; i++)
            FailRun(group.Loops[i], clocks[i]);
        await Should.ThrowAsync<TestException>(Soon(run));
        run.Exception!.InnerExceptions.Count.ShouldBe(2);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Each_DisposeAsync_waits_until_the_loops_are_closed(bool isAsync)
    {
        var group = NewGroup(2);
        var run = group.RunAsync();
        using var blocked = new ManualResetEventSlim();
        using var release = new ManualResetEventSlim();
        group.Loops[0].AddCallback(() =>
        {
            blocked.Set();
            release.Wait(Patience);
        });
        blocked.Wait(Patience).ShouldBeTrue();
        var first = Task.CompletedTask;
        if (isAsync)
            first = group.DisposeAsync().AsTask();
        else
            group.Dispose();
        var second = group.DisposeAsync().AsTask();
        second.IsCompleted.ShouldBeFalse("a loop runs");
        release.Set();
        await Soon(second);
        await Soon(first);
        group.Loops.ShouldAllBe(loop => loop.IsClosed);
        run.IsCompleted.ShouldBeTrue();
        await Soon(group.DisposeAsync().AsTask());
    }

    [Fact]
    public async Task The_end_of_the_only_loop_is_not_said_to_leave_others()
    {
        var group = NewGroup(1);
        var run = group.RunAsync();
        await Soon(group.Loops[0].InvokeAsync(() => { }));
        await Soon(group.Loops[0].StopAsync());
        await Soon(run);
        Log.Entries.ShouldHaveSingleItem().Message.ShouldContain("No other loop of the group runs");
    }

    [Fact]
    public async Task The_token_of_StopAsync_ends_the_waiting_and_not_the_stopping()
    {
        var group = NewGroup(2);
        using var handler = new BlockingHandler(group.Loops[0]);
        var run = group.RunAsync();
        handler.Block();
        using var source = new CancellationTokenSource();
        var stopping = group.StopAsync(source.Token);
        await source.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(Soon(stopping));
        run.IsCompleted.ShouldBeFalse("a loop is in a handler");
        handler.Release();
        await Soon(run);
    }
}
