using System.Diagnostics;
using System.Runtime.CompilerServices;
using Microsoft.Win32.SafeHandles;
using Shouldly;
using Xunit;

namespace IOLoops.Conformance;

/// <summary>
/// Waiting for handles of Windows. Subscribe a loop with one line:
/// <c>public sealed class Wait_handles_of_my_loop() : WaitHandleConformance(new MyFixture());</c>
/// On other systems each test is that the loop says so.
/// </summary>
public abstract partial class WaitHandleConformance(LoopFixture fixture) : LoopHarness(fixture)
{
    private const int Many = 1_000;
    private const int Handles = 300;

    private static readonly AsyncLocal<string?> Local = new();

    private AutoResetEvent NewEvent() => Own(new AutoResetEvent(false));

    private IDisposable Add(WaitHandle waited, Action callback, bool once = false) => Own(Loop.AddWaitHandler(waited.SafeWaitHandle, callback, once));

    private void OnWindows(Action test)
    {
        if (OperatingSystem.IsWindows())
        {
            test();
            return;
        }
        using var handle = new SafeWaitHandle(1, ownsHandle: false);
        Should.Throw<PlatformNotSupportedException>(() => Loop.AddWaitHandler(handle, () => { })).Message.ShouldContain("AddHandler");
        Should.Throw<PlatformNotSupportedException>(() => { _ = Loop.WaitHandleAsync(handle).AsTask(); }).Message.ShouldContain("eventfd");
        RunTurns(1);
    }

    private void OnWindows(string awaited, Func<Task> test) => OnWindows(() => InLoop(awaited, test));

    /// <summary>Runs turns until something has happened: the system takes signals when it likes.</summary>
    private void Until(string what, Func<bool> condition) => InLoop(what, async () =>
    {
        long began = Stopwatch.GetTimestamp();
        while (!condition())
        {
            Stopwatch.GetElapsedTime(began).ShouldBeLessThan(Patience, $"not so: {what}");
            await Turns(1);
        }
    });

    [Fact]
    public void Each_of_a_thousand_signals_that_are_set_one_after_another_is_answered_once() => OnWindows(() =>
    {
        var signal = NewEvent();
        int calls = 0;
        Add(signal, () =>
        {
            Loop.IsOnLoopThread.ShouldBeTrue();
            IOLoop.Current.ShouldBeSameAs(Loop);
            NoteProgress();
            if (++calls == Many)
                Loop.Stop();
            else
                signal.Set();
        });
        signal.Set();
        Run("a thousand signals");
        RunTurns(5);
        calls.ShouldBe(Many);
    });

    [Fact]
    public void A_semaphore_calls_once_for_each_count() => OnWindows(() =>
    {
        using var semaphore = new Semaphore(3, 100);
        int calls = 0;
        Add(semaphore, () => calls++);
        semaphore.Release(47);
        Until("fifty counts are answered", () => calls >= 50);
        RunTurns(5);
        calls.ShouldBe(50);
        semaphore.WaitOne(0).ShouldBeFalse();
    });

    [Fact]
    public void An_event_that_stays_set_is_reported_again_until_it_is_reset() => OnWindows(() =>
    {
        using var stays = new ManualResetEvent(true);
        int calls = 0;
        Add(stays, () =>
        {
            if (++calls == 10)
            {
                stays.Reset();
                Loop.Stop();
            }
        });
        Run("ten calls");
        RunTurns(5);
        calls.ShouldBe(10);
    });

    [Fact]
    public void Asked_for_one_call_the_loop_calls_once_though_the_event_stays_set() => OnWindows(() =>
    {
        using var stays = new ManualResetEvent(true);
        int calls = 0;
        using var handler = Add(stays, () => calls++, once: true);
        Until("it is called", () => calls > 0);
        RunTurns(5);
        calls.ShouldBe(1);
        handler.Dispose();
        using var again = Add(stays, () => calls++, once: true);
        Until("it is called again", () => calls > 1);
        calls.ShouldBe(2);
    });

    [Fact]
    public void The_end_of_a_process_is_reported() => OnWindows("the end of a process", async () =>
    {
        using var process = Process.Start(new ProcessStartInfo("cmd.exe", "/c exit 3") { UseShellExecute = false })!;
        var ended = new TaskCompletionSource();
        Own(Loop.AddWaitHandler(process.SafeHandle, ended.SetResult, once: true));
        await Loop.WaitHandleAsync(process.SafeHandle);
        await ended.Task;
        process.HasExited.ShouldBeTrue();
        process.ExitCode.ShouldBe(3);
        await Loop.WaitHandleAsync(process.SafeHandle); // it stays
    });

    [Fact]
    public void A_waitable_timer_is_reported_when_it_is_due() => OnWindows("three times of a timer", async () =>
    {
        using var timer = Kernel32.NewTimer();
        int calls = 0;
        var third = new TaskCompletionSource();
        using var handler = Loop.AddWaitHandler(timer, () =>
        {
            if (++calls == 3)
                third.SetResult();
        });
        Kernel32.SetDue(timer, Moment, 1);
        await third.Task;
        using var other = Kernel32.NewTimer();
        Kernel32.SetDue(other, Moment);
        await Loop.WaitHandleAsync(other);
    });

    [Fact]
    public void Three_hundred_handles_are_waited_for_at_once_without_a_thread_each() => OnWindows(() =>
    {
        using var process = Process.GetCurrentProcess();
        InLoop("a first signal", async () => // which starts what threads there are
        {
            var first = NewEvent();
            first.Set();
            await Loop.WaitHandleAsync(first.SafeWaitHandle);
        });
        int before = process.Threads.Count;
        var calls = new int[Handles];
        var events = Enumerable.Range(0, Handles).Select(_ => NewEvent()).ToList();
        for (int i = 0; i < Handles; i++)
        {
            int place = i;
            Add(events[i], () => calls[place]++);
        }
        process.Refresh();
        (process.Threads.Count - before).ShouldBeLessThan(Handles / 10);
        for (int round = 1; round <= 3; round++)
        {
            events.ForEach(one => one.Set());
            Until("all are answered", () => calls.All(count => count >= round));
            calls.ShouldAllBe(count => count == round);
        }
    });

    [Fact]
    public void A_callback_that_fails_is_reported_and_called_for_the_next_signal() => OnWindows(() =>
    {
        Failures.Expected = true;
        var signal = NewEvent();
        Action callback = () =>
        {
            signal.Set();
            throw new TestException();
        };
        Add(signal, callback);
        signal.Set();
        Until("it has failed twice", () => Failures.All.Count >= 2);
        Failures.All.ShouldAllBe(failure => failure.Callback == (Delegate)callback && failure.Exception is TestException);
    });

    [Fact]
    public void A_callback_runs_in_the_context_that_it_was_added_in() => OnWindows(() =>
    {
        var signal = NewEvent();
        string? seen = null;
        Local.Value = "adder";
        Add(signal, () => seen = Local.Value);
        Local.Value = null;
        signal.Set();
        Until("it is called", () => seen is not null);
        seen.ShouldBe("adder");
    });

    [Fact]
    public void A_callback_is_not_called_again_before_its_task_has_ended_whose_failure_is_reported() => OnWindows(() =>
    {
        Failures.Expected = true;
        using var stays = new ManualResetEvent(true);
        int calls = 0;
        int running = 0;
        Func<Task> callback = async () =>
        {
            (++running).ShouldBe(1);
            calls++;
            await Turns(5);
            running--;
            throw new TestException();
        };
        var handler = Own(Loop.AddWaitHandler(stays.SafeWaitHandle, callback));
        Until("three have failed", () => Failures.All.Count >= 3);
        handler.Dispose();
        Failures.All.ShouldAllBe(failure => failure.Callback == (Delegate)callback && failure.Exception is TestException);
        calls.ShouldBeGreaterThanOrEqualTo(3);
    });

    [Fact]
    public void Answering_signals_allocates_nothing() => OnWindows(() =>
    {
        SkipUnless(Fixture.HasOwnThread, "its turns run on changing threads");
        const int Batch = 500;
        var meter = new AllocationMeter(Fixture.BytesPerTurn * Batch, Batch);
        var signal = NewEvent();
        Add(signal, () =>
        {
            NoteProgress();
            if (meter.IsDone())
                Loop.Stop();
            else
                signal.Set();
        });
        signal.Set();
        Run("signals without allocations");
        meter.Best.ShouldBeLessThanOrEqualTo(Fixture.BytesPerTurn * Batch);
    });

    [Fact]
    public void Waiting_again_and_again_allocates_nothing() => OnWindows(() =>
    {
        SkipUnless(Fixture.HasOwnThread, "its turns run on changing threads");
        const int Batch = 500;
        var meter = new AllocationMeter(Fixture.BytesPerTurn * Batch, Batch);
        var signal = NewEvent();
        ConfiguredValueTaskAwaitable.ConfiguredValueTaskAwaiter wait = default;
        Action onSignal = null!;
        onSignal = () =>
        {
            wait.GetResult();
            NoteProgress();
            if (meter.IsDone())
                Loop.Stop();
            else
                Wait();
        };
        Wait();
        Run("waits without allocations");
        meter.Best.ShouldBeLessThanOrEqualTo(Fixture.BytesPerTurn * Batch);

        void Wait()
        {
            // By hand: an await allocates under Wine, whatever it waits for.
#pragma warning disable CA2012
            wait = Loop.WaitHandleAsync(signal.SafeWaitHandle).ConfigureAwait(false).GetAwaiter();
#pragma warning restore CA2012
            wait.UnsafeOnCompleted(onSignal);
            signal.Set();
        }
    });
}
