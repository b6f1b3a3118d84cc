using IOLoops.Conformance;
using Shouldly;
using Xunit;

namespace IOLoops.Tests.Hosting;

/// <summary>Turns that a thread of the pool gives to the host, because the host runs at once what its own thread posts.</summary>
public sealed class PoolPostTests : HostingHarness
{
    [Fact]
    public void A_turn_that_the_pool_has_yet_to_post_is_not_posted_a_second_time()
    {
        using var host = new HoldingInlineHost();
        var loop = Watched(new HostedIOLoop(host, new HostedIOLoopOptions { LoggerFactory = Log }));
        loop.Attach();
        Await(loop.InvokeAsync(() => { }), "the first turns");
        int before = host.Posts;
        host.Hold();
        host.PostOwn(() => loop.AddCallback(() => { }));
        Bounded.Await(host.IsHolding, "the pool's post");
        loop.Stop(); // which asks the host, and then, behind that, whether the turn was dropped
        Answer(host);
        Answer(host);
        Await(Task.Factory.StartNew(() => { }, CancellationToken.None, TaskCreationOptions.PreferFairness, TaskScheduler.Default), "what the pool had before");
        (host.Posts - before).ShouldBe(1);
        host.LetGo();
        Until(() => !loop.IsRunning, "the run has ended");
        host.Faults.ShouldBeEmpty();
    }

    private static void Answer(HoldingInlineHost host) =>
        host.Answered.Wait(Bounded.Patience).ShouldBeTrue("the host did not answer");
}
