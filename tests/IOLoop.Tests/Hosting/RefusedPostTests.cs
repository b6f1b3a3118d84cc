using IOLoops.Conformance;
using Shouldly;
using Xunit;

namespace IOLoops.Tests.Hosting;

/// <summary>A host that fails once and then works again.</summary>
public abstract class RefusedPostTests(PollerKind poller) : HostingHarness(poller)
{
    // Row: Host gone
    [Fact]
    public void A_loop_that_a_host_has_refused_once_can_be_attached_again()
    {
        var (_, host, loop) = NewLoop(isPumpable: false);
        host.Refuses = true;
        Should.Throw<InvalidOperationException>(loop.Attach).Message.ShouldContain("refused");
        host.Refuses = false;
        loop.Attach();
        InLoop(loop, () => { });
    }

    [Fact]
    public void A_loop_whose_run_has_ended_by_a_refused_post_can_be_attached_again()
    {
        var (strict, host, loop) = NewLoop(isPumpable: false);
        loop.Attach();
        for (int round = 0; round < 3; round++)
        {
            Settle(strict);
            host.Refuses = true;
            var accepted = loop.InvokeAsync(() => { });
            loop.IsRunning.ShouldBeFalse();
            host.Refuses = false;
            loop.Attach();
            Await(accepted, "what was accepted, in the next run");
        }
    }

    [Fact]
    public void A_loop_whose_host_forgot_a_turn_and_was_reported_lost_can_be_attached_again()
    {
        var (strict, host, loop) = NewLoop(isPumpable: false);
        loop.Attach();
        Settle(strict);
        host.Forgets = true;
        var accepted = loop.InvokeAsync(() => { });
        loop.IsRunning.ShouldBeTrue("the end cannot have been noticed yet");
        loop.LoseHost(new InvalidOperationException("lost"));
        loop.IsRunning.ShouldBeFalse();
        host.Forgets = false;
        loop.Attach();
        Await(accepted, "what was accepted, in the next run");
    }

    // Such a host is posted to again by a thread of the pool.
    [Fact]
    public void Code_that_awaited_the_end_of_a_run_resumes_although_a_host_that_runs_posts_at_once_refuses_them_elsewhere()
    {
        var strict = Own(new InlineStrictHost());
        var host = new RefusingHost(strict);
        var loop = Watched(new EndingLoop(host, new HostedIOLoopOptions { Poller = Poller, LoggerFactory = Log }));
        var resumed = NewEvent();
        loop.Attach();
        InLoop(loop, () => { _ = ResumeBehindAsync(); });
        Settle(strict);
        host.RefusesElsewhere = true;
        OnHost(strict, loop.Stop);
        Await(resumed, "what awaited the end");

        async Task ResumeBehindAsync()
        {
            await loop.Completion;
            resumed.Set();
        }
    }

    // Row: A host that drops a turn is noticed; Host gone. The host is pumped further all the same.
    [Theory, InlineData(true), InlineData(false)]
    public void A_loss_of_the_host_ends_every_nested_run_while_the_host_is_still_pumped(bool byPost)
    {
        var (strict, host, loop) = NewLoop(isPumpable: true);
        var never = new TaskCompletionSource();
        var nested = NewEvent();
        Exception? inner = null;
        Exception? innermost = null;
        loop.AddCallback(() => inner = Record.Exception(() => loop.RunSync(() =>
        {
            loop.AddCallback(() => innermost = Record.Exception(() => loop.RunSync(() =>
            {
                nested.Set();
                return never.Task;
            })));
            return never.Task;
        })));
        var start = Task.Factory.StartNew(loop.Start, TaskCreationOptions.LongRunning);
        Await(nested, "the innermost run");
        Settle(strict);
        if (byPost)
        {
            host.Refuses = true;
            loop.AddCallback(() => { });
            host.Refuses = false;
        }
        else
        {
            loop.LoseHost(new InvalidOperationException("lost"));
        }
        try
        {
            Await(start.ContinueWith(_ => { }, TaskScheduler.Default), "the end of Start");
        }
        finally
        {
            never.TrySetResult(); // that the thread does not stay
        }
        innermost.ShouldBeOfType<InvalidOperationException>().Message.ShouldContain("gone");
        inner.ShouldBeOfType<InvalidOperationException>();
        start.Exception.ShouldNotBeNull().InnerException.ShouldBeOfType<InvalidOperationException>();
        loop.IsRunning.ShouldBeFalse();
    }

    private (StrictHost Strict, RefusingHost Host, EndingLoop Loop) NewLoop(bool isPumpable)
    {
        var strict = NewHost(isPumpable);
        var host = new RefusingHost(strict);
        return (strict, host, Watched(new EndingLoop(host, new HostedIOLoopOptions { Poller = Poller, LoggerFactory = Log })));
    }
}
