using IOLoops.Conformance;
using IOLoops.Tests.Hosting;
using Shouldly;
using Xunit;

namespace IOLoops.Tests.Diagnostics;

/// <summary>
/// When a stall is reported, by a clock that the test moves: the watchdog looks when the test says so, on the loop's own thread,
/// from inside the call that blocks.
/// </summary>
public sealed partial class StallTests : IDisposable
{
    private static readonly TimeSpan Threshold = TimeSpan.FromMilliseconds(100);

    private readonly HandWatchdog _watchdog = new();
    private readonly StrictHost _host = new(isPumpable: true);
    private readonly EventFd _ready = new();
    private readonly List<BlockedLoop> _reports = [];
    private readonly List<IOLoop> _loops = [];

    public static TheoryData<string> Kinds => ["native", "hosted"];

    [Theory, MemberData(nameof(Kinds))]
    public void A_call_is_reported_when_it_has_taken_the_threshold_and_not_before(string kind)
    {
        var loop = Watched(kind);
        loop.RunSync(() =>
        {
            _watchdog.Pass(Threshold - HandWatchdog.Step);
            _reports.ShouldBeEmpty();
            _watchdog.Pass(HandWatchdog.Step);
            _reports.Count.ShouldBe(1);
        });
        var blocked = _reports.ShouldHaveSingleItem();
        blocked.Loop.ShouldBeSameAs(loop);
        blocked.Duration.ShouldBe(Threshold);
        blocked.ManagedThreadId.ShouldBe(Environment.CurrentManagedThreadId);
        blocked.NativeThreadId.ShouldBeGreaterThan(0);
        blocked.Descriptor.ShouldBeNull();
    }

    [Theory, MemberData(nameof(Kinds))]
    public void One_stall_is_reported_once_however_long_it_lasts_and_the_next_again(string kind)
    {
        var loop = Watched(kind);
        loop.RunSync(() => _watchdog.Pass(Threshold * 50));
        _reports.Count.ShouldBe(1);
        loop.RunSync(() => _watchdog.Pass(Threshold * 50));
        _reports.Count.ShouldBe(2);
    }

    [Theory, MemberData(nameof(Kinds))]
    public void A_loop_that_waits_is_never_reported(string kind)
    {
        var loop = Watched(kind);
        loop.AddHandler(_ready.Number, (_, _) => { }, IOEvents.Read);
        loop.RunSync(() => { });
        _watchdog.Pass(Threshold * 50);
        loop.RunSync(() => { });
        _watchdog.Pass(Threshold * 50);
        _reports.ShouldBeEmpty();
    }

    [Theory, MemberData(nameof(Kinds))]
    public void Many_short_calls_are_not_a_stall_in_however_long_a_turn(string kind)
    {
        var loop = Watched(kind);
        for (int i = 0; i < 20; i++)
        {
            loop.AddCallback(() => _watchdog.Pass(Threshold / 2));
            loop.AddCallback(static dog => dog.Pass(Threshold / 2), _watchdog);
            loop.CallAt(loop.Time, () => _watchdog.Pass(Threshold / 2));
        }
        loop.RunSync(() => { });
        _reports.ShouldBeEmpty();
    }

    [Theory, MemberData(nameof(Kinds))]
    public void What_blocks_is_named(string kind)
    {
        var loop = Watched(kind);
        Action callback = Block;
        Action<int> withState = _ => Block();
        Action timeout = Block;
        IOHandler handler = (fd, _) =>
        {
            Block();
            loop.RemoveHandler(fd);
            loop.Stop();
        };
        loop.AddCallback(callback);
        loop.AddCallback(withState, 7);
        loop.CallAt(loop.Time, timeout);
        loop.AddHandler(_ready.Number, handler, IOEvents.Write);
        loop.Start();
        _reports.Select(blocked => blocked.Callback).ShouldBe([callback, withState, timeout, handler]);
        _reports.Select(blocked => blocked.Descriptor?.Number).ShouldBe([null, null, null, _ready.Number]);
        _reports[0].ToString().ShouldContain($"{typeof(StallTests).FullName}.{nameof(Block)}");
        _reports[3].ToString().ShouldContain($"file descriptor {_ready.Number}");
    }

    [Theory, MemberData(nameof(Kinds))]
    public void The_method_that_awaited_is_named_not_what_resumed_it(string kind)
    {
        var loop = Watched(kind);
        loop.RunSync(BlockAfterAwaiting);
        _reports.ShouldHaveSingleItem().ToString().ShouldContain($"{typeof(StallTests).FullName}.{nameof(BlockAfterAwaiting)}");
    }

    [Theory, MemberData(nameof(Kinds))]
    public void What_goes_on_after_a_wait_is_named_by_its_descriptor(string kind)
    {
        var loop = Watched(kind);
        loop.RunSync(async () =>
        {
            await loop.WaitAsync(_ready.Number, IOEvents.Write).ConfigureAwait(false);
            Block();
        });
        var blocked = _reports.ShouldHaveSingleItem();
        blocked.Callback.ShouldBeNull();
        blocked.Descriptor!.Value.Number.ShouldBe(_ready.Number);
    }

    [Theory, MemberData(nameof(Kinds))]
    public void A_hook_that_blocks_while_a_failure_is_reported_is_a_stall_of_the_callback_that_failed(string kind)
    {
        var loop = Watched(kind);
        Action callback = () => throw new TestException();
        loop.CallbackException += (_, failure) =>
        {
            failure.Handled = true;
            Block();
        };
        loop.AddCallback(callback);
        loop.RunSync(() => { });
        _reports.ShouldHaveSingleItem().Callback.ShouldBe(callback);
    }

    [Fact]
    public void A_handler_that_pumps_is_not_stuck_while_turns_are_nested_in_it_and_is_timed_anew_behind_them()
    {
        var loop = Watched("hosted");
        loop.RunSync(() =>
        {
            _watchdog.Pass(Threshold / 2);
            loop.RunSync(async () =>
            {
                for (int i = 0; i < 20; i++)
                {
                    await Task.Yield();
                    _watchdog.Pass(Threshold / 2);
                }
            });
            _watchdog.Pass(Threshold - HandWatchdog.Step);
            _reports.ShouldBeEmpty();
            _watchdog.Pass(HandWatchdog.Step);
            _reports.Count.ShouldBe(1);
        });
    }

    [Fact]
    public void A_handler_that_pumps_an_idle_loop_is_not_stuck()
    {
        var loop = Watched("hosted");
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        loop.RunSync(() =>
        {
            _host.PostOwn(() => // between turns: the loop waits, though a callback is on the stack
            {
                _watchdog.Pass(Threshold * 5);
                gate.SetResult();
            });
            loop.RunSync(() => gate.Task);
        });
        _reports.ShouldBeEmpty();
    }

    [Fact]
    public void What_a_nested_turn_calls_is_reported_by_its_own_name()
    {
        var loop = Watched("hosted");
        var hasRun = new TaskCompletionSource();
        Action nested = () =>
        {
            Block();
            hasRun.SetResult();
        };
        loop.RunSync(() => loop.RunSync(() =>
        {
            loop.AddCallback(nested);
            return hasRun.Task;
        }));
        _reports.ShouldHaveSingleItem().Callback.ShouldBe(nested);
    }

    [Fact]
    public void A_process_that_stood_still_is_no_stall()
    {
        var loop = Watched("native");
        loop.RunSync(() =>
        {
            _watchdog.Pass(HandWatchdog.Step);
            _watchdog.Clock.Advance(TimeSpan.FromHours(1));
            _watchdog.TryLook();
            _reports.ShouldBeEmpty();
        });
    }

    [Fact]
    public void A_loop_that_sleeps_lets_the_watchdog_sleep_and_the_next_call_wakes_it()
    {
        var loop = Watched("native");
        loop.RunSync(() => _watchdog.Pass(Threshold / 2));
        TimeSpan? wait;
        int looks = 0;
        while ((wait = _watchdog.TryLook()) != Timeout.InfiniteTimeSpan)
            (++looks).ShouldBeLessThan(20);
        _watchdog.IsAsleep.ShouldBeTrue();
        loop.RunSync(() =>
        {
            _watchdog.IsAsleep.ShouldBeFalse();
            _watchdog.Pass(Threshold);
        });
        _reports.Count.ShouldBe(1);
    }

    [Fact]
    public void A_loop_that_has_been_reported_lets_the_watchdog_sleep()
    {
        var loop = Watched("native");
        loop.RunSync(() =>
        {
            _watchdog.Pass(Threshold * 5);
            _watchdog.IsAsleep.ShouldBeTrue();
        });
        loop.RunSync(() => _watchdog.Pass(Threshold));
        _reports.Count.ShouldBe(2);
    }

    public void Dispose()
    {
        foreach (var loop in _loops)
            loop.Close();
        _host.Dispose();
        _ready.Dispose();
        _watchdog.Dispose();
        _host.Faults.ShouldBeEmpty();
    }

    private void Block() => _watchdog.Pass(Threshold);

    private async Task BlockAfterAwaiting()
    {
        await Task.Yield();
        Block();
    }

    private IOLoop Watched(string kind)
    {
        var loop = NewLoop(kind);
        Watch(loop, Threshold);
        return loop;
    }

    private void Watch(IOLoop loop, TimeSpan threshold) => loop.Core!.View.Watch(_watchdog, threshold, _reports.Add);

    private IOLoop NewLoop(string kind)
    {
        IOLoop loop = kind == "native" ? new PollIOLoop() : new HostedIOLoop(_host);
        _loops.Add(loop);
        return loop;
    }
}
