using System.Reactive.Concurrency;
using System.Reflection;
using System.Runtime.CompilerServices;
using IOLoops.Conformance;
using Shouldly;
using Xunit;

namespace IOLoops.Rx.Tests.Loops;

/// <summary>What a loop leaves with an <see cref="EventLoopScheduler"/>, which keeps what was cancelled until it would have been due.</summary>
public sealed class LeftTimersTests : RxHarness
{
    [Fact]
    public void Timeouts_that_come_and_go_while_the_loop_is_idle_in_between_leave_nothing_in_the_scheduler()
    {
        using var scheduler = new EventLoopScheduler();
        var loop = NewLoop(scheduler);
        loop.Attach();
        for (int i = 0; i < 50; i++)
        {
            TimeoutHandle timeout = default;
            Await(loop.InvokeAsync(() => timeout = loop.CallLater(TimeSpan.FromMinutes(1), () => { })), "a callback");
            Settle(scheduler);
            Await(loop.InvokeAsync(() => loop.RemoveTimeout(timeout)), "a callback");
            Settle(scheduler);
        }
        Delayed(scheduler).ShouldBe(0);
        Await(loop.StopAsync(), "the loop to stop");
    }

    [Fact]
    public void A_closed_loop_that_had_a_timeout_of_an_hour_is_collectable_at_once()
    {
        using var scheduler = new EventLoopScheduler();
        ShouldBeCollected(scheduler, RunAndClose(scheduler));
        var wrapped = scheduler.DisableOptimizations(); // what stands behind it cannot be asked for
        ShouldBeCollected(scheduler, RunAndClose(wrapped));
        var caught = scheduler.Catch<InvalidOperationException>(_ => true);
        ShouldBeCollected(scheduler, RunAndClose(caught));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference RunAndClose(IScheduler scheduler)
    {
        var loop = new RxIOLoop(scheduler);
        loop.Attach();
        Await(loop.InvokeAsync(() => { loop.CallLater(TimeSpan.FromHours(1), () => { }); }), "a callback");
        Settle(scheduler);
        Await(loop.InvokeAsync(() => { }), "a callback behind the first sleep");
        Settle(scheduler);
        Await(loop.DisposeAsync().AsTask(), "the loop to be closed");
        return new WeakReference(loop);
    }

    private static void ShouldBeCollected(IScheduler scheduler, WeakReference loop) => Until(
        () =>
        {
            Settle(scheduler); // which lets go of what it ran last
            GC.Collect();
            GC.WaitForPendingFinalizers();
            return !loop.IsAlive;
        },
        "the loop is collected");

    /// <summary>How many timers the scheduler keeps. It does not say; this field does.</summary>
    private static int Delayed(EventLoopScheduler scheduler)
    {
        object? queue = typeof(EventLoopScheduler).GetField("_queue", BindingFlags.Instance | BindingFlags.NonPublic)?.GetValue(scheduler);
        queue.ShouldNotBeNull("System.Reactive has changed: count its timers in another way");
        return (int)queue.GetType().GetProperty("Count")!.GetValue(queue)!;
    }
}
