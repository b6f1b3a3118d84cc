using IOLoops.Conformance;
using Microsoft.Extensions.Logging;
using Shouldly;
using Xunit;

namespace IOLoops.Tests.Groups;

/// <summary>The failure of one loop is reported, and by option ends all.</summary>
public sealed class GroupFailureTests : GroupHarness
{
    private readonly TaskCompletionSource<LoopEndedEventArgs> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private LoopGroup NewFailing(FailingClock clock, Action<LoopGroupOptions>? configure = null)
    {
        var group = NewGroup(3, configure, options =>
        {
            if (options.Name == "LoopGroup-1")
                options.TimeProvider = clock;
            return new PollIOLoop(options);
        });
        group.LoopEnded += (_, end) => _ended.TrySetResult(end);
        return group;
    }

    [Fact]
    public async Task A_run_that_fails_is_reported_at_once_and_the_others_continue()
    {
        var clock = new FailingClock();
        var group = NewFailing(clock);
        var run = group.RunAsync();
        FailRun(group.Loops[1], clock);
        var end = await Soon(_ended.Task);
        end.Loop.ShouldBe(group.Loops[1]);
        end.Failure.ShouldBeOfType<TestException>();
        await Soon(group.Loops[0].InvokeAsync(() => { }));
        await Soon(group.Loops[2].InvokeAsync(() => { }));
        group.IsRunning.ShouldBeTrue();
        await Soon(group.StopAsync());
        await Should.ThrowAsync<TestException>(Soon(run));
        var entry = Log.Entries.ShouldHaveSingleItem();
        entry.Level.ShouldBe(LogLevel.Error);
        entry.Exception.ShouldBeOfType<TestException>();
        entry.Message.ShouldContain("LoopGroup-1");
        entry.Message.ShouldContain("continue");
    }

    [Fact]
    public async Task By_option_a_run_that_fails_ends_all()
    {
        var clock = new FailingClock();
        var group = NewFailing(clock, options => options.StopWhenOneEnds = true);
        var run = group.RunAsync();
        FailRun(group.Loops[1], clock);
        await Should.ThrowAsync<TestException>(Soon(run));
        (await Soon(_ended.Task)).Loop.ShouldBe(group.Loops[1]);
        group.Loops.ShouldAllBe(loop => !loop.IsRunning);
        Log.Entries.ShouldHaveSingleItem().Message.ShouldContain("stop, too");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_loop_that_code_stops_or_closes_is_reported_without_a_failure(bool closes)
    {
        var group = NewFailing(new FailingClock(), options => options.StopWhenOneEnds = closes);
        var run = group.RunAsync();
        await Soon(group.Loops[0].InvokeAsync(() => { }));
        if (closes)
            await Soon(group.Loops[0].DisposeAsync().AsTask());
        else
            await Soon(group.Loops[0].StopAsync());
        var end = await Soon(_ended.Task);
        end.Loop.ShouldBe(group.Loops[0]);
        end.Failure.ShouldBeNull();
        if (!closes)
            await Soon(group.StopAsync());
        await Soon(run);
        Log.Entries.ShouldHaveSingleItem().Message.ShouldContain("LoopGroup-0");
    }

    [Fact]
    public async Task A_run_whose_loops_have_all_ended_by_themselves_ends_and_none_is_next_before()
    {
        var group = NewFailing(new FailingClock());
        using var all = new CountdownEvent(3);
        using var release = new ManualResetEventSlim();
        Exception? thrown = null;
        group.LoopEnded += (_, _) =>
        {
            all.Signal();
            if (all.IsSet)
                thrown = Record.Exception(() => group.Next());
            release.Wait(Patience);
        };
        var run = group.RunAsync();
        foreach (var loop in group.Loops)
            await Soon(loop.StopAsync());
        all.Wait(Patience).ShouldBeTrue();
        run.IsCompleted.ShouldBeFalse("the ends are being reported");
        release.Set();
        await Soon(run);
        thrown.ShouldBeOfType<InvalidOperationException>();
    }

    [Fact]
    public async Task Ends_after_a_stop_are_nothing_to_report()
    {
        var group = NewFailing(new FailingClock());
        var run = group.RunAsync();
        await Soon(group.StopAsync());
        await Soon(run);
        run = group.RunAsync();
        await Soon(group.DisposeAsync().AsTask());
        await Soon(run);
        _ended.Task.IsCompleted.ShouldBeFalse();
        Log.Entries.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_failed_callback_is_reported_by_the_group_too_and_the_loops_continue()
    {
        var group = NewGroup(2);
        var failed = new TaskCompletionSource<(object?, Exception)>(TaskCreationOptions.RunContinuationsAsynchronously);
        group.CallbackException += (loop, failure) => failed.SetResult((loop, failure.Exception));
        var run = group.RunAsync();
        group.Loops[1].AddCallback(static () => throw new TestException());
        var (loop, exception) = await Soon(failed.Task);
        loop.ShouldBe(group.Loops[1]);
        exception.ShouldBeOfType<TestException>();
        await Soon(group.Loops[1].InvokeAsync(() => { }));
        Log.Entries.ShouldHaveSingleItem().Message.ShouldContain("LoopGroup-1");
        await Soon(group.StopAsync());
        await Soon(run);
    }

    [Fact]
    public async Task By_option_a_failed_callback_ends_all_unless_it_was_handled()
    {
        var group = NewGroup(2, options => options.StopOnCallbackFailure = true);
        group.CallbackException += (_, failure) => failure.Handled = failure.Exception.Message == "handled";
        var run = group.RunAsync();
        group.Loops[0].AddCallback(static () => throw new TestException("handled"));
        await Soon(group.Loops[0].InvokeAsync(() => { }));
        await Soon(group.Loops[1].InvokeAsync(() => { }));
        run.IsCompleted.ShouldBeFalse();
        group.Loops[0].AddCallback(static () => throw new TestException("not handled"));
        (await Should.ThrowAsync<TestException>(Soon(run))).Message.ShouldBe("not handled");
        group.Loops.ShouldAllBe(loop => !loop.IsRunning);
    }

    [Fact]
    public async Task A_handler_of_the_end_that_throws_is_logged_and_ends_nothing()
    {
        var group = NewGroup(2);
        var raised = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        group.LoopEnded += (_, _) =>
        {
            raised.SetResult();
            throw new TestException("of the handler");
        };
        var run = group.RunAsync();
        await Soon(group.Loops[0].StopAsync());
        await Soon(raised.Task);
        await Soon(group.Loops[1].InvokeAsync(() => { }));
        await Soon(group.StopAsync());
        await Soon(run);
        Log.Entries.ShouldContain(entry => entry.Exception is TestException && entry.Message.Contains("LoopEnded", StringComparison.Ordinal));
    }
}
