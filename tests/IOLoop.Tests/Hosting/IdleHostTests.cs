using IOLoops.Conformance;
using Shouldly;
using Xunit;

namespace IOLoops.Tests.Hosting;

/// <summary>What a loop asks of its host while it has nothing to do.</summary>
public sealed class IdleHostTests : HostingHarness
{
    private readonly CountingHost _host;
    private readonly HostedIOLoop _loop;

    public IdleHostTests()
    {
        _host = new CountingHost(NewHost());
        _loop = NewLoop(_host);
        _loop.Attach();
        Settle(_host.Host);
    }

    [Fact]
    public void A_loop_without_timeouts_arms_no_timer() => _host.Timers.ShouldBe(0);

    [Fact]
    public void A_file_that_is_always_ready_costs_no_turns_while_nobody_asks_for_its_events()
    {
        var file = Own(new DescriptorHandle(Descriptors.Open("/dev/null")));
        int calls = 0;
        InLoop(_loop, () => _loop.AddHandler(file.Number, (_, _) => calls++, IOEvents.None));
        Settle(_host.Host); // never ends while each turn posts the next
        InLoop(_loop, () => _loop.UpdateHandler(file.Number, IOEvents.Read));
        Until(() => Volatile.Read(ref calls) > 2, "it is asked for");
        InLoop(_loop, () => _loop.UpdateHandler(file.Number, IOEvents.None));
        Settle(_host.Host);
    }

    [Fact]
    public void The_timer_of_a_timeout_that_a_turn_removes_is_cancelled()
    {
        TimeoutHandle timeout = default;
        InLoop(_loop, () => timeout = _loop.CallLater(TimeSpan.FromHours(1), () => { }));
        Settle(_host.Host);
        _host.LiveTimers.ShouldBe(1);
        InLoop(_loop, () => _loop.RemoveTimeout(timeout));
        Settle(_host.Host);
        _host.LiveTimers.ShouldBe(0);
    }

    [Fact]
    public void The_timer_of_a_timeout_that_is_removed_between_turns_is_cancelled()
    {
        TimeoutHandle timeout = default;
        OnHost(_host.Host, () => timeout = _loop.CallLater(TimeSpan.FromHours(1), () => { }));
        Settle(_host.Host);
        _host.LiveTimers.ShouldBe(1);
        OnHost(_host.Host, () => _loop.RemoveTimeout(timeout));
        Settle(_host.Host);
        _host.LiveTimers.ShouldBe(0);
    }

    [Fact]
    public void The_timer_is_cancelled_when_the_loop_stops()
    {
        InLoop(_loop, () => _loop.CallLater(TimeSpan.FromHours(1), () => { }));
        Settle(_host.Host);
        _loop.Stop();
        Until(() => !_loop.IsRunning, "the loop has stopped");
        _host.LiveTimers.ShouldBe(0);
    }

    [Fact]
    public void A_deadline_that_moves_back_with_each_event_arms_one_timer()
    {
        var file = NewEventFd();
        var called = NewEvent();
        TimeoutHandle timeout = default;
        InLoop(_loop, () => _loop.AddHandler(file.Number, (_, _) =>
        {
            file.Drain();
            _loop.RemoveTimeout(timeout);
            timeout = _loop.CallLater(TimeSpan.FromHours(1), () => { });
            called.Set();
        }, IOEvents.Read));
        for (int i = 0; i < 100; i++)
        {
            called.Reset();
            file.Signal();
            Await(called, "the handler");
            Settle(_host.Host);
        }
        _host.Timers.ShouldBe(1);
        _host.LiveTimers.ShouldBe(1);
    }

    [Fact]
    public void A_burst_of_callbacks_costs_one_post()
    {
        int before = _host.Posts;
        var release = Hold(_host.Host);
        for (int i = 0; i < 1000; i++)
            _loop.AddCallback(() => { });
        release.Set();
        Settle(_host.Host);
        (_host.Posts - before).ShouldBe(1);
    }
}
