using IOLoops.Conformance;
using Shouldly;
using Xunit;

namespace IOLoops.Tests.Hosting;

/// <summary>What a loop leaves with its host's timers.</summary>
public sealed class OneTimerTests : HostingHarness
{
    [Fact]
    public void A_loop_has_one_timer_with_its_host_at_a_time_however_deadlines_come_and_go()
    {
        var host = new CountingHost(NewHost());
        var loop = NewLoop(host);
        loop.Attach();
        var random = new Random(1);
        var timeouts = new List<TimeoutHandle>();
        for (int i = 0; i < 300; i++)
        {
            InLoop(loop, () =>
            {
                if (timeouts.Count > 0 && random.Next(2) == 0)
                {
                    loop.RemoveTimeout(timeouts[^1]);
                    timeouts.RemoveAt(timeouts.Count - 1);
                }
                else
                {
                    timeouts.Add(loop.CallLater(TimeSpan.FromMinutes(random.Next(1, 10_000)), () => { }));
                }
            });
            Settle(host.Host);
            host.LiveTimers.ShouldBe(timeouts.Count > 0 ? 1 : 0);
        }
        host.MostLiveTimers.ShouldBe(1);
    }

    [Fact]
    public void A_loop_that_is_stopped_leaves_no_timer_with_its_host()
    {
        var host = new CountingHost(NewHost());
        var loop = NewLoop(host);
        loop.Attach();
        InLoop(loop, () => loop.CallLater(TimeSpan.FromHours(1), () => { }));
        Settle(host.Host);
        host.LiveTimers.ShouldBe(1);
        loop.Stop();
        Until(() => !loop.IsRunning, "the loop has stopped");
        host.LiveTimers.ShouldBe(0);
    }

    [Fact]
    public void A_host_that_keeps_what_was_cancelled_does_not_keep_a_closed_loop()
    {
        var host = new KeepingClockHost(NewHost());
        var loop = RunAndClose(host);
        host.Kept.ShouldBeGreaterThan(0);
        Until(() =>
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            return !loop.IsAlive;
        }, "the loop is collected");
    }

    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
    private WeakReference RunAndClose(KeepingClockHost host)
    {
        var loop = new HostedIOLoop(host, new HostedIOLoopOptions { LoggerFactory = Log });
        loop.Attach();
        Await(loop.InvokeAsync(() => { loop.CallLater(TimeSpan.FromHours(1), () => { }); }), "a callback");
        Settle(host.Host);
        Await(loop.DisposeAsync().AsTask(), "the loop to be closed");
        return new WeakReference(loop);
    }
}
