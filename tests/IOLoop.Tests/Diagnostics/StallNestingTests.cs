using IOLoops.Conformance;
using IOLoops.Tests.Hosting;
using Shouldly;
using Xunit;

namespace IOLoops.Tests.Diagnostics;

/// <summary>Stalls on a host that is pumped inside a call without the loop being asked, as a modal window does.</summary>
public sealed class StallNestingTests : IDisposable
{
    private static readonly TimeSpan Threshold = TimeSpan.FromMilliseconds(100);

    private readonly HandWatchdog _watchdog = new();
    private readonly StrictHost _host = new NestingHost();
    private readonly EventFd _ready = new();
    private readonly HostedIOLoop _loop;
    private readonly List<BlockedLoop> _reports = [];

    public StallNestingTests()
    {
        _loop = new HostedIOLoop(_host, new HostedIOLoopOptions { TurnBudget = null }); // a turn that gives way, on a slow machine, nests no other
        _loop.Core!.View.Watch(_watchdog, Threshold, _reports.Add);
    }

    [Fact]
    public void A_call_that_has_the_host_run_turns_is_not_stuck_while_the_loop_is_idle()
    {
        _loop.RunSync(PumpIdle);
        _reports.ShouldBeEmpty();
    }

    [Fact]
    public void A_handler_that_has_the_host_run_turns_is_not_stuck_while_the_loop_is_idle_nor_afterwards()
    {
        bool hasPumped = false;
        _loop.AddHandler(_ready.Number, (fd, _) =>
        {
            _loop.RemoveHandler(fd);
            PumpIdle();
            hasPumped = true;
            _loop.Stop();
        }, IOEvents.Write);
        _loop.Start();
        _watchdog.Pass(Threshold * 5);
        hasPumped.ShouldBeTrue();
        _reports.ShouldBeEmpty();
    }

    [Fact]
    public void What_is_called_after_a_call_that_had_the_host_run_turns_is_timed()
    {
        Action next = () => _watchdog.Pass(Threshold);
        _loop.AddCallback(PumpIdle);
        _loop.AddCallback(_loop.Stop);
        _loop.AddCallback(next);
        _loop.Start();
        _loop.RunSync(() => { });
        _reports.ShouldHaveSingleItem().Callback.ShouldBe(next);
    }

    [Fact]
    public void What_goes_on_after_a_wait_is_timed_where_a_nested_turn_begins_with_it()
    {
        var gate = new TaskCompletionSource();
        _loop.RunSync(() => Task.WhenAll(First(), Second()));
        var blocked = _reports.ShouldHaveSingleItem();
        blocked.Callback.ShouldBeNull();
        blocked.Descriptor!.Value.Number.ShouldBe(_ready.Number);

        async Task First()
        {
            await _loop.WaitAsync(_ready.Number, IOEvents.Write).ConfigureAwait(false);
            _loop.RunSync(() => gate.Task);
        }

        async Task Second()
        {
            await _loop.WaitAsync(_ready.Number, IOEvents.Write).ConfigureAwait(false);
            _watchdog.Pass(Threshold);
            gate.SetResult();
        }
    }

    [Fact]
    public void Waits_that_end_together_are_calls_of_their_own()
    {
        _loop.RunSync(() => Task.WhenAll(After(), After()));
        _reports.ShouldBeEmpty();

        async Task After()
        {
            await _loop.WaitAsync(_ready.Number, IOEvents.Write).ConfigureAwait(false);
            _watchdog.Pass(Threshold / 2);
        }
    }

    public void Dispose()
    {
        _loop.Close();
        _host.Dispose();
        _ready.Dispose();
        _watchdog.Dispose();
        _host.Faults.ShouldBeEmpty();
    }

    /// <summary>Pumps the host, in which turns run and then none for long.</summary>
    private void PumpIdle()
    {
        var over = new TaskCompletionSource();
        _host.PostOwn(() =>
        {
            _watchdog.Pass(Threshold * 5);
            over.SetResult();
        });
        _host.Pump(over.Task);
    }
}
