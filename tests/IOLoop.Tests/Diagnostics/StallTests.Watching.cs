using IOLoops.Conformance;
using IOLoops.Tests.Hosting;
using Shouldly;
using Xunit;

namespace IOLoops.Tests.Diagnostics;

/// <summary>When a loop is looked at, and how often; and what is done about a stall.</summary>
public sealed partial class StallTests
{
    [Fact]
    public void Steps_are_half_the_threshold_but_ten_milliseconds_at_the_most_and_one_at_the_least()
    {
        var loop = Watched("native");
        Watch(loop, TimeSpan.FromMinutes(1));
        _watchdog.TryLook().ShouldBe(TimeSpan.FromMilliseconds(10));
        Watch(loop, TimeSpan.FromMilliseconds(8));
        _watchdog.TryLook().ShouldBe(TimeSpan.FromMilliseconds(4));
        Watch(loop, TimeSpan.FromTicks(1));
        _watchdog.TryLook().ShouldBe(TimeSpan.FromMilliseconds(1));
    }

    [Fact]
    public void A_callback_added_right_after_the_threshold_was_set_is_looked_at_also_in_a_turn_that_began_before()
    {
        var loop = NewLoop("native");
        using var ready = new EventFd();
        ready.Signal();
        // It is closed at the beginning of the turn after the handler's, before that turn takes its callbacks.
        var handle = new HookedHandle(Descriptors.Duplicate(ready.Number), () =>
        {
            Watch(loop, Threshold);
            loop.AddCallback(() =>
            {
                _watchdog.Pass(Threshold);
                loop.Stop();
            });
        });
        loop.AddHandler(handle, (_, _) =>
        {
            handle.Dispose();
            loop.RemoveHandler(handle);
        }, IOEvents.Read);
        loop.Start();
        _reports.ShouldHaveSingleItem();
    }

    [Fact]
    public void Without_an_action_the_process_is_ended()
    {
        var loop = NewLoop("native");
        loop.Core!.View.Watch(_watchdog, Threshold, null);
        loop.RunSync(() => _watchdog.Pass(Threshold * 5));
        _watchdog.Fatal.ShouldHaveSingleItem().ShouldStartWith(loop.Name);
    }

    [Fact]
    public void An_action_that_throws_is_logged_and_the_next_stall_is_reported()
    {
        using var log = new CollectingLoggerFactory();
        using var loop = new PollIOLoop(new PollIOLoopOptions { LoggerFactory = log });
        int calls = 0;
        loop.Core!.View.Watch(_watchdog, Threshold, _ =>
        {
            calls++;
            throw new TestException();
        });
        loop.RunSync(() => _watchdog.Pass(Threshold));
        loop.RunSync(() => _watchdog.Pass(Threshold));
        calls.ShouldBe(2);
        log.Entries.Count(entry => entry.Exception is TestException).ShouldBe(2);
    }

    [Fact]
    public void Without_a_threshold_and_once_closed_nothing_is_looked_at()
    {
        var loop = Watched("native");
        loop.Core!.View.Watch(_watchdog, null, null);
        loop.RunSync(() => _watchdog.Pass(Threshold * 5));
        _reports.ShouldBeEmpty();
        _watchdog.TryLook().ShouldBeNull();
        Watch(loop, Threshold);
        _watchdog.TryLook().ShouldNotBeNull();
        loop.Close();
        _watchdog.TryLook().ShouldBeNull();
        Should.Throw<ObjectDisposedException>(() => Watch(loop, Threshold));
        loop.Core!.View.Watch(_watchdog, null, null);
    }

    [Fact]
    public void The_watchdog_keeps_no_loop_alive()
    {
        var reference = Dropped();
        Bounded.Until(() =>
        {
            GC.Collect();
            return !reference.IsAlive;
        }, "a loop without references is collected");
        _watchdog.TryLook().ShouldBeNull();

        WeakReference Dropped()
        {
            var loop = new PollIOLoop(new PollIOLoopOptions { Poller = PollerKind.Poll });
            Watch(loop, Threshold);
            loop.RunSync(() => _watchdog.Pass(HandWatchdog.Step));
            return new WeakReference(loop);
        }
    }
}
