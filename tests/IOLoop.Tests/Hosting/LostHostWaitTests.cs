using IOLoops.Conformance;
using Shouldly;
using Xunit;

namespace IOLoops.Tests.Hosting;

/// <summary>The host ends under a loop that a thread waits for.</summary>
public abstract class LostHostWaitTests(PollerKind poller) : HostingHarness(poller)
{
    [Fact]
    public void A_start_ends_when_its_idle_host_s_thread_ends()
    {
        var host = NewHost();
        var loop = NewLoop(host);
        var start = Start(loop, host);
        host.Dispose();
        ShouldFail(start);
        ShouldBeLoggedOnce();
        loop.Close();
    }

    [Fact]
    public void A_start_ends_when_the_host_drops_its_turn()
    {
        var host = NewHost();
        var loop = NewLoop(host);
        var start = Start(loop, host);
        var release = Hold(host);
        loop.AddCallback(() => Assert.Fail("dropped, it ran"));
        host.End();
        release.Set();
        ShouldFail(start);
        ShouldBeLoggedOnce();
    }

    [Fact]
    public void A_start_ends_when_the_host_drops_its_first_turn()
    {
        var host = NewHost();
        var release = Hold(host);
        var loop = NewLoop(host);
        var start = BeginStart(loop);
        Until(() => loop.IsRunning, "the loop is attached");
        host.End();
        release.Set();
        ShouldFail(start);
        ShouldBeLoggedOnce();
    }

    [Fact]
    public void A_start_ends_when_the_host_ends_inside_a_handler()
    {
        var host = NewHost();
        var loop = NewLoop(host);
        var file = NewEventFd();
        int ran = 0;
        loop.AddHandler(file.Number, (_, _) =>
        {
            ran++;
            host.End();
        }, IOEvents.Read);
        var start = Start(loop, host);
        file.Signal();
        ShouldFail(start);
        ran.ShouldBeInRange(1, 4, "as long as short turns follow in the same post");
        ShouldBeLoggedOnce();
    }

    [Fact]
    public void A_start_ends_when_the_host_ends_inside_a_callback_that_leaves_nothing_to_do()
    {
        var host = NewHost();
        var loop = NewLoop(host);
        var start = Start(loop, host);
        loop.AddCallback(host.End);
        ShouldFail(start);
        ShouldBeLoggedOnce();
    }

    [Fact]
    public void A_start_in_a_host_that_has_gone_fails()
    {
        var host = NewHost();
        host.Dispose();
        var loop = NewLoop(host);
        ShouldFail(BeginStart(loop));
        loop.Close();
    }

    [Fact]
    public void A_RunSync_ends_with_its_host_and_a_late_end_of_its_function_disturbs_nothing()
    {
        var host = NewHost();
        var loop = NewLoop(host);
        var never = new TaskCompletionSource();
        var begun = NewEvent();
        var run = Task.Run(() => loop.RunSync(async () =>
        {
            begun.Set();
            await never.Task;
        }));
        Await(begun, "the function");
        host.Dispose();
        ShouldFail(run);
        never.SetResult();
        ShouldBeLoggedOnce();
        loop.Close();
    }

    [Fact]
    public void A_RunSync_that_ends_with_its_host_leaves_a_late_failure_of_its_function_to_the_hook()
    {
        var host = NewHost();
        var loop = new HostedIOLoop(host, new HostedIOLoopOptions { Poller = Poller, LoggerFactory = Log });
        var reported = new List<Exception>();
        loop.CallbackException += (_, failure) =>
        {
            failure.Handled = true;
            reported.Add(failure.Exception);
        };
        var never = new TaskCompletionSource();
        var begun = NewEvent();
        var run = Task.Run(() => loop.RunSync(async () =>
        {
            begun.Set();
            await never.Task.ConfigureAwait(false);
        }));
        Await(begun, "the function");
        host.Dispose();
        ShouldFail(run);
        loop.Close();
        never.SetException(new TestException());
        Until(() => reported.Count > 0, "the failure is reported");
        reported.ShouldHaveSingleItem().ShouldBeOfType<TestException>();
    }

    [Fact]
    public void A_RunSync_with_a_timeout_ends_with_its_host_and_not_with_its_timeout()
    {
        var host = NewHost();
        var loop = NewLoop(host);
        var run = Task.Run(() => loop.RunSync(async () =>
        {
            host.End();
            await new TaskCompletionSource().Task;
        }, Patience * 10));
        ShouldFail(run);
        ShouldBeLoggedOnce();
    }

    [Fact]
    public void A_pumped_host_that_ends_ends_the_start_that_pumps_it()
    {
        var host = NewHost(isPumpable: true);
        var loop = NewLoop(host);
        loop.AddCallback(host.End);
        ShouldFail(BeginStart(loop));
        loop.IsRunning.ShouldBeFalse();
        loop.Close();
    }

    [Fact]
    public void A_pumped_host_that_ends_in_a_nested_run_ends_both_runs()
    {
        var host = NewHost(isPumpable: true);
        var loop = NewLoop(host);
        Exception? inner = null;
        loop.AddCallback(() => inner = Record.Exception(() => loop.RunSync(async () =>
        {
            host.End();
            await new TaskCompletionSource().Task;
        })));
        ShouldFail(BeginStart(loop));
        inner.ShouldBeAssignableTo<InvalidOperationException>();
        loop.IsRunning.ShouldBeFalse();
    }

    [Fact]
    public void A_host_that_ends_while_a_handler_runs_on_and_another_thread_finds_out_lets_the_handler_end_first()
    {
        var host = NewHost();
        var loop = NewLoop(host);
        var inHandler = NewEvent();
        var release = NewEvent();
        var file = NewEventFd();
        loop.AddHandler(file.Number, (_, _) =>
        {
            file.Drain();
            inHandler.Set();
            release.Wait(Patience);
        }, IOEvents.Read);
        var start = Start(loop, host);
        file.Signal();
        Await(inHandler, "the handler");
        host.End();
        loop.Stop();
        loop.AddCallback(() => Assert.Fail("the host has gone"));
        start.IsCompleted.ShouldBeFalse();
        loop.IsRunning.ShouldBeTrue();
        Should.Throw<InvalidOperationException>(() => loop.Close());
        release.Set();
        Await(start.ContinueWith(_ => { }, TaskScheduler.Default), "the start");
        loop.IsRunning.ShouldBeFalse();
    }

    private static Task BeginStart(HostedIOLoop loop) => Task.Factory.StartNew(loop.Start, TaskCreationOptions.LongRunning);

    /// <summary>A start whose loop sleeps.</summary>
    private Task Start(HostedIOLoop loop, StrictHost host)
    {
        var started = NewEvent();
        loop.AddCallback(started.Set);
        var start = BeginStart(loop);
        Await(started, "the first turn");
        Settle(host);
        return start;
    }

    private static void ShouldFail(Task run)
    {
        Await(run.ContinueWith(_ => { }, TaskScheduler.Default), "the wait to end");
        run.Exception.ShouldNotBeNull().InnerException.ShouldBeAssignableTo<InvalidOperationException>();
    }

    private void ShouldBeLoggedOnce() =>
        Log.Entries.Count(entry => entry.Message.Contains("has stopped", StringComparison.Ordinal)).ShouldBe(1);
}
