using System.Reactive.Concurrency;
using IOLoops.Conformance;
using Shouldly;
using Xunit;

namespace IOLoops.Rx.Tests.Loops;

/// <summary>The static Attach of the loops on schedulers.</summary>
public sealed class AttachTests : RxHarness
{
    [Fact]
    public void Attach_makes_a_loop_that_runs_with_the_options_given()
    {
        var scheduler = Own(new EventLoopScheduler());
        var loop = RxIOLoop.Attach(scheduler, new HostedIOLoopOptions { Name = "events", Poller = PollerKind.Poll });
        loop.Name.ShouldBe("events");
        loop.Poller.ShouldBe(PollerKind.Poll);
        loop.IsRunning.ShouldBeTrue();
        Await(loop.InvokeAsync(() => { }), "a callback");
        loop.Stop();
        Bounded.Until(() => !loop.IsRunning, "the loop has stopped");
        loop.Close();
    }
}
