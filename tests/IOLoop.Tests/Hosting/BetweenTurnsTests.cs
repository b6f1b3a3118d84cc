using IOLoops.Conformance;
using Shouldly;
using Xunit;

namespace IOLoops.Tests.Hosting;

/// <summary>The host's thread uses a loop while no turn runs; other threads may not.</summary>
public abstract class BetweenTurnsTests : HostingHarness
{
    private readonly StrictHost _host;
    private readonly HostedIOLoop _loop;

    protected BetweenTurnsTests(PollerKind poller)
        : base(poller)
    {
        _host = NewHost();
        _loop = Attached(_host);
    }

    [Fact]
    public void Ever_earlier_deadlines_take_effect()
    {
        var fired = NewEvent();
        OnHost(_host, () => _loop.CallLater(TimeSpan.FromHours(2), () => Assert.Fail("two hours have not passed")));
        Settle(_host);
        OnHost(_host, () => _loop.CallLater(TimeSpan.FromHours(1), () => Assert.Fail("one hour has not passed")));
        Settle(_host);
        OnHost(_host, () => _loop.CallLater(TimeSpan.FromMilliseconds(2), fired.Set));
        Await(fired, "the earliest timeout");
    }

    [Fact]
    public void A_stop_releases_the_handle_that_the_turn_before_it_has_removed()
    {
        var file = NewEventFd();
        bool closed = false;
        var handle = new HookedHandle(Descriptors.Duplicate(file.Number), () => closed = true);
        var stopped = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        OnHost(_host, () => _loop.AddHandler(
            handle,
            (_, _) =>
            {
                _loop.RemoveHandler(handle);
                handle.Dispose();
                _host.PostOwn(() => // before the turn that this one posts
                {
                    _loop.Stop();
                    stopped.SetResult(closed);
                });
            },
            IOEvents.Read));
        file.Signal();
        Await(stopped.Task, "a stop between turns");
        closed.ShouldBeTrue();
        _loop.IsRunning.ShouldBeFalse();
    }

    [Fact]
    public void A_stop_ends_the_run_at_once_so_that_the_loop_can_be_closed()
    {
        var file = NewEventFd();
        bool ran = false;
        OnHost(_host, () =>
        {
            _loop.AddHandler(file.Number, (_, _) => ran = true, IOEvents.Read);
            _loop.AddCallback(() => ran = true); // posts a turn, which will find the loop stopped
            _loop.Stop();
            _loop.IsRunning.ShouldBeFalse();
            _loop.Close();
        });
        file.Signal();
        Settle(_host);
        ran.ShouldBeFalse();
    }

    [Fact]
    public void A_stop_followed_by_another_run_runs_what_was_queued()
    {
        var ran = NewEvent();
        OnHost(_host, () =>
        {
            _loop.AddCallback(ran.Set);
            _loop.Stop();
            _loop.Attach();
            _loop.IsRunning.ShouldBeTrue();
        });
        Await(ran, "what was queued before the stop");
    }

    [Fact]
    public void A_stop_ends_a_start_that_waits_on_another_thread()
    {
        OnHost(_host, _loop.Stop);
        var start = Task.Factory.StartNew(_loop.Start, TaskCreationOptions.LongRunning);
        Until(() => _loop.IsRunning, "the loop runs");
        OnHost(_host, _loop.Stop);
        Await(start, "the end of Start");
        start.IsCompletedSuccessfully.ShouldBeTrue();
        _loop.IsRunning.ShouldBeFalse();
    }

    [Fact]
    public void A_timeout_of_now_fires()
    {
        var fired = NewEvent();
        OnHost(_host, () => _loop.CallLater(TimeSpan.Zero, fired.Set));
        Await(fired, "the timeout");
    }

    [Fact]
    public void A_timeout_removed_when_it_is_due_already_never_fires()
    {
        var later = NewEvent();
        OnHost(_host, () =>
        {
            var due = _loop.Time + TimeSpan.FromMilliseconds(2);
            var timeout = _loop.CallAt(due, () => Assert.Fail("it was removed"));
            Until(() => _loop.Time > due, "it is due"); // no turn runs meanwhile
            _loop.RemoveTimeout(timeout);
            _loop.CallLater(TimeSpan.FromMilliseconds(1), later.Set);
        });
        Await(later, "the later timeout");
    }

    [Fact]
    public void Descriptors_are_watched_whether_the_sleeper_has_begun_is_at_it_or_has_ended()
    {
        foreach (bool removed in new[] { true, true, false, false })
        {
            var file = NewEventFd();
            var called = NewEvent();
            OnHost(_host, () => _loop.AddHandler(file.Number, (_, _) =>
            {
                file.Drain();
                called.Set();
            }, IOEvents.Read));
            Settle(_host);
            file.Signal();
            Await(called, "the handler");
            Settle(_host); // the sleeper watches again when the only handler is removed
            if (removed)
                OnHost(_host, () => _loop.RemoveHandler(file.Number));
            Settle(_host);
        }
    }

    [Fact]
    public void A_descriptor_that_is_ready_when_it_is_added_is_seen()
    {
        var file = NewEventFd();
        file.Signal();
        var called = NewEvent();
        OnHost(_host, () => _loop.AddHandler(file.Number, (_, _) =>
        {
            file.Drain();
            called.Set();
        }, IOEvents.Read));
        Await(called, "the handler");
    }

    [Fact]
    public void Events_asked_for_later_are_seen_and_those_no_longer_asked_for_are_not()
    {
        var file = NewEventFd();
        var called = NewEvent();
        int calls = 0;
        OnHost(_host, () => _loop.AddHandler(file.Number, (_, _) =>
        {
            file.Drain();
            calls++;
            called.Set();
        }, IOEvents.None));
        file.Signal();
        Settle(_host);
        calls.ShouldBe(0);
        OnHost(_host, () => _loop.UpdateHandler(file.Number, IOEvents.Read));
        Await(called, "the handler");
        OnHost(_host, () => _loop.UpdateHandler(file.Number, IOEvents.None));
        file.Signal();
        Settle(_host);
        calls.ShouldBe(1);
        OnHost(_host, () => _loop.RemoveHandler(file.Number));
        Settle(_host);
        calls.ShouldBe(1);
    }

    [Fact]
    public void A_removed_handler_is_not_called_though_its_data_came_before()
    {
        var file = NewEventFd();
        OnHost(_host, () => _loop.AddHandler(file.Number, (_, _) => Assert.Fail("it was removed"), IOEvents.Read));
        Settle(_host);
        OnHost(_host, () =>
        {
            file.Signal();
            _loop.RemoveHandler(file.Number);
        });
        Settle(_host);
    }

    [Fact]
    public void A_file_that_is_always_ready_is_served_turn_after_turn()
    {
        string path = Path.GetTempFileName();
        int number = Descriptors.Open(path);
        int calls = 0;
        var enough = NewEvent();
        OnHost(_host, () => _loop.AddHandler(number, (_, _) =>
        {
            if (++calls == 5)
            {
                _loop.RemoveHandler(number);
                enough.Set();
            }
        }, IOEvents.Read));
        Await(enough, "five calls");
        Settle(_host);
        calls.ShouldBe(5);
        Descriptors.Close(number);
        File.Delete(path);
    }

    [Fact]
    public void A_pipe_that_has_got_the_number_of_a_regular_file_is_watched_once_its_handler_is_updated()
    {
        var file = Own(new DescriptorHandle(Descriptors.Open("/dev/null")));
        var pipe = NewPipe();
        var called = NewEvent();
        OnHost(_host, () => _loop.AddHandler(file.Number, (_, _) =>
        {
            pipe.Drain();
            called.Set();
        }, IOEvents.None));
        Settle(_host);
        OnHost(_host, () =>
        {
            Descriptors.Replace(file.Number, pipe.ReadEnd);
            _loop.UpdateHandler(file.Number, IOEvents.Read);
        });
        Settle(_host);
        pipe.Send();
        Await(called, "the handler");
        OnHost(_host, () => _loop.RemoveHandler(file.Number));
        Settle(_host);
    }

    [Fact]
    public void A_wait_that_begins_on_the_host_s_thread_ends()
    {
        var file = NewEventFd();
        Task<IOEvents> wait = null!;
        OnHost(_host, () => wait = _loop.WaitAsync(file.Number, IOEvents.Read).AsTask());
        Settle(_host);
        file.Signal();
        Await(wait, "the wait");
    }

    [Fact]
    public void Other_threads_are_sent_to_AddCallback()
    {
        var file = NewEventFd();
        TimeoutHandle timeout = default;
        OnHost(_host, () =>
        {
            _loop.AddHandler(file.Number, (_, _) => { }, IOEvents.Read);
            timeout = _loop.CallLater(TimeSpan.FromHours(1), () => { });
        });
        Settle(_host);
        foreach (var use in new Action[]
        {
            () => _loop.AddHandler(NewEventFd().Number, (_, _) => { }, IOEvents.Read),
            () => _loop.UpdateHandler(file.Number, IOEvents.None),
            () => _loop.RemoveHandler(file.Number),
            () => _loop.CallLater(TimeSpan.Zero, () => { }),
            () => _loop.RemoveTimeout(timeout),
        })
        {
            Should.Throw<InvalidOperationException>(use).Message.ShouldContain("AddCallback");
            InLoop(_loop, () => OtherThread.Run(() => Should.Throw<InvalidOperationException>(use).Message.ShouldContain("AddCallback")));
        }
    }

    [Fact]
    public void The_host_s_thread_is_the_loop_s_between_turns()
    {
        _loop.IsOnLoopThread.ShouldBeFalse();
        var fired = NewEvent();
        OnHost(_host, () =>
        {
            _loop.IsOnLoopThread.ShouldBeTrue();
            _loop.SwitchTo().GetAwaiter().IsCompleted.ShouldBeTrue();
            Own(_loop.TimeProvider.CreateTimer(_ => fired.Set(), null, TimeSpan.FromMilliseconds(1), Timeout.InfiniteTimeSpan));
        });
        Await(fired, "the timer");
        Await(Task.Factory.StartNew(() => _loop.IsOnLoopThread.ShouldBeTrue(), CancellationToken.None, TaskCreationOptions.None, _loop.TaskScheduler), "the task");
    }

    [Fact]
    public void What_the_host_s_thread_adds_between_turns_runs_in_a_turn()
    {
        SynchronizationContext? seen = null;
        var ran = NewEvent();
        OnHost(_host, () =>
        {
            int turns = _host.Turns;
            _loop.AddCallback(() =>
            {
                seen = SynchronizationContext.Current;
                ran.Set();
            });
            _host.Turns.ShouldBe(turns);
        });
        Await(ran, "the callback");
        seen.ShouldBe(_loop.SynchronizationContext);
    }
}
