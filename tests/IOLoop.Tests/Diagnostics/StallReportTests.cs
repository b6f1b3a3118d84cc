using IOLoops.Conformance;
using Shouldly;
using Xunit;

namespace IOLoops.Tests.Diagnostics;

/// <summary>What is done about a stall that was found: once, for as long as it is wanted, and whatever hangs.</summary>
public sealed class StallReportTests : IDisposable
{
    private static readonly TimeSpan Threshold = TimeSpan.FromMilliseconds(100);

    private readonly HandWatchdog _watchdog = new();
    private readonly PollIOLoop _loop = new();
    private readonly List<BlockedLoop> _reports = [];

    [Fact]
    public void A_stall_that_outlasts_the_action_for_the_one_before_is_reported_then_and_counted_once()
    {
        var late = _watchdog.Late = new Queue<Action>();
        Watch(_reports.Add);
        _loop.RunSync(() => _watchdog.Pass(Threshold));
        _loop.RunSync(() =>
        {
            _watchdog.Pass(Threshold * 5);
            late.Dequeue()();
            late.ShouldBeEmpty(); // one at a time
            _watchdog.Pass(Threshold);
            late.Dequeue()();
            _reports.Count.ShouldBe(2);
            _reports[1].Duration.ShouldBeGreaterThanOrEqualTo(Threshold * 5);
            _watchdog.Pass(Threshold * 5);
        });
        late.ShouldBeEmpty();
        _loop.Core!.View.Counters.Stalls.ShouldBe(2);
    }

    [Fact]
    public void A_process_ends_although_the_stack_cannot_be_had()
    {
        using var over = new ManualResetEventSlim();
        using var installed = CaptureWith(() =>
        {
            over.Wait(Bounded.Patience);
            return "too late";
        });
        Watch(null);
        _loop.RunSync(() => _watchdog.Pass(Threshold));
        over.Set();
        string lastWords = _watchdog.Fatal.ShouldHaveSingleItem();
        lastWords.ShouldStartWith(_loop.Name);
        lastWords.ShouldNotContain("too late");
    }

    [Fact]
    public void A_call_in_which_a_threshold_is_set_is_timed_from_then_on()
    {
        Watch(Threshold, _reports.Add); // so that calls are looked at
        _loop.RunSync(() =>
        {
            _watchdog.Clock.Advance(Threshold * 100); // the watchdog sleeps
            Watch(HandWatchdog.Step * 2, _reports.Add);
            _watchdog.TryLook();
            _watchdog.Clock.Advance(HandWatchdog.Step);
            _watchdog.TryLook();
            _reports.ShouldBeEmpty();
            _watchdog.Clock.Advance(HandWatchdog.Step);
            _watchdog.TryLook();
        });
        _reports.ShouldHaveSingleItem().Duration.ShouldBe(HandWatchdog.Step * 2);
    }

    [Fact]
    public void A_stack_capture_whose_failure_cannot_say_what_it_is_leaves_the_stall_logged()
    {
        using var log = new CollectingLoggerFactory();
        using var loop = new PollIOLoop(new PollIOLoopOptions { LoggerFactory = log });
        using var installed = BlockedLoop.InstallStackCapture(blocked => ReferenceEquals(blocked.Loop, loop) ? throw new MuteException() : null);
        loop.Core!.View.Watch(_watchdog, Threshold, loop.LogStack);
        loop.RunSync(() => _watchdog.Pass(Threshold));
        log.Entries.Count.ShouldBe(2);
        log.Entries[0].Message.ShouldContain(nameof(MuteException));
        log.Entries[1].Message.ShouldContain("has been stuck");
    }

    [Fact]
    public void A_threshold_that_was_taken_back_ends_no_process()
    {
        using var installed = CaptureWith(() =>
        {
            Watch(null, null); // while the process is about to end
            return null;
        });
        Watch(null);
        _loop.RunSync(() => _watchdog.Pass(Threshold * 5));
        _watchdog.Fatal.ShouldBeEmpty();
        _watchdog.TryLook().ShouldBeNull();
    }

    [Fact]
    public void A_threshold_that_found_no_thread_is_not_set_and_the_next_one_gets_it()
    {
        _watchdog.HasNoThread = true;
        Should.Throw<TestException>(() => Watch(_reports.Add));
        _loop.Core!.View.IsWatched.ShouldBeFalse();
        _watchdog.HasNoThread = false;
        Watch(_reports.Add);
        _watchdog.ThreadsStarted.ShouldBe(1);
        _loop.RunSync(() => _watchdog.Pass(Threshold));
        _reports.Count.ShouldBe(1);
    }

    [Fact]
    public void The_native_number_is_that_of_the_thread_also_when_its_managed_number_was_an_earlier_ones()
    {
        Watch(_reports.Add);
        var seen = new HashSet<int>();
        bool wasUsedAgain = false;
        Bounded.Until(() =>
        {
            long native = 0;
            int managed = 0;
            RunThread(() =>
            {
                managed = Environment.CurrentManagedThreadId;
                native = Interop.NativeThread.CurrentId;
                _loop.RunSync(() => _watchdog.Pass(Threshold));
            });
            wasUsedAgain |= !seen.Add(managed);
            _reports[^1].ManagedThreadId.ShouldBe(managed);
            _reports[^1].NativeThreadId.ShouldBe(native);
            GC.Collect();
            GC.WaitForPendingFinalizers();
            return wasUsedAgain;
        }, "a thread gets the number of another that has ended");
    }

    [Fact]
    public void A_stack_taken_when_the_call_has_ended_is_dropped_and_the_log_says_that_it_has_gone_on()
    {
        using var log = new CollectingLoggerFactory();
        using var loop = new PollIOLoop(new PollIOLoopOptions { LoggerFactory = log });
        using var installed = BlockedLoop.InstallStackCapture(blocked => ReferenceEquals(blocked.Loop, loop) ? "   at a method" : null);
        loop.Core!.View.Watch(_watchdog, Threshold, blocked =>
        {
            loop.LogStack(blocked);
            _reports.Add(blocked);
        });
        loop.RunSync(() => _watchdog.Pass(Threshold));
        log.Entries.ShouldHaveSingleItem().Message.ShouldEndWith("   at a method");
        loop.LogStack(_reports[0]);
        log.Entries[^1].Message.ShouldContain("continued before its stack");
        log.Entries[^1].Message.ShouldNotContain("   at a method");
        _reports[0].CaptureStack().ShouldBeNull();
    }

    [Fact]
    public void A_hook_that_blocks_when_an_asynchronous_handler_has_failed_is_a_stall_of_that_handler()
    {
        using var ready = new EventFd();
        AsyncIOHandler handler = (_, _) => Task.FromException(new TestException());
        _loop.CallbackException += (_, failure) =>
        {
            failure.Handled = true;
            Block();
        };
        Watch(_reports.Add);
        _loop.AddHandler(ready.Number, handler, IOEvents.Write);
        _loop.Start();
        _loop.RemoveHandler(ready.Number);
        _reports.ShouldHaveSingleItem().Callback.ShouldBe(handler);
    }

    public static TheoryData<string> Ways => [.. StallWays.All.Keys];

    [Theory, MemberData(nameof(Ways))]
    public void What_was_given_to_the_loop_is_named_whatever_way_it_took(string way)
    {
        Watch(_reports.Add);
        StallWays.All[way](_loop, Block);
        if (_reports.Count == 0)
            _loop.Start();
        var blocked = _reports.ShouldHaveSingleItem();
        blocked.ToString().ShouldContain($"{typeof(StallWays).FullName}");
        blocked.Callback!.Method.DeclaringType!.FullName!.ShouldStartWith(typeof(StallWays).FullName!);
    }

    [Fact]
    public void A_timer_and_a_periodic_callback_are_dumped_by_the_names_of_what_they_call()
    {
        new PeriodicCallback(Tick, TimeSpan.FromMinutes(1), _loop).Start();
        var timer = _loop.RunSync(() => _loop.TimeProvider.CreateTimer(Fire, null, TimeSpan.FromMinutes(2), Timeout.InfiniteTimeSpan));
        using var text = new StringWriter();
        _loop.DumpState(text);
        text.ToString().ShouldContain($"{typeof(StallReportTests).FullName}.{nameof(Tick)}");
        text.ToString().ShouldContain($"{typeof(StallReportTests).FullName}.{nameof(Fire)}");
        _loop.RunSync(timer.Dispose);
    }

    public void Dispose()
    {
        _loop.Dispose();
        _watchdog.Dispose();
    }

    private static void Tick()
    {
    }

    private static void Fire(object? state)
    {
    }

    private void Block()
    {
        _watchdog.Pass(Threshold);
        _loop.Stop();
    }

    private void Watch(Action<BlockedLoop>? action) => Watch(Threshold, action);

    private void Watch(TimeSpan? threshold, Action<BlockedLoop>? action) => _loop.Core!.View.Watch(_watchdog, threshold, action);

    /// <summary>For this loop alone: what is installed counts for all.</summary>
    private IDisposable CaptureWith(Func<string?> capture) =>
        BlockedLoop.InstallStackCapture(blocked => ReferenceEquals(blocked.Loop, _loop) ? capture() : null);

    private static void RunThread(Action action)
    {
        var thread = new Thread(() => action());
        thread.Start();
        thread.Join();
    }
}
