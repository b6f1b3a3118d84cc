using System.Reactive.Concurrency;
using IOLoops.Conformance;
using Shouldly;
using Xunit;

namespace IOLoops.Rx.Tests;

/// <summary>What Rx's own event loop gets wrong, and this one does not: the same test of both.</summary>
/// <remarks>
/// One fault is not shown here, for it needs luck: EventLoopScheduler runs what its timers have fired, and those may
/// fire early. That this one never does is tested with its timed items.
/// </remarks>
public sealed class EventLoopSchedulerTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly AsyncLocal<string?> Local = new();

    private readonly CollectingLoggerFactory _log = new();
    private readonly PollIOLoop _loop;
    private readonly Thread _loopThread;
    private readonly EventLoopScheduler _other;
    private Thread? _otherThread;

    public EventLoopSchedulerTests()
    {
        _loop = new PollIOLoop(new PollIOLoopOptions { LoggerFactory = _log });
        _loopThread = new Thread(_loop.Start) { IsBackground = true, Name = "Loop" };
        _loopThread.Start();
        _other = new EventLoopScheduler(start => _otherThread = new Thread(start) { IsBackground = true, Name = "EventLoopScheduler" });
    }

    public void Dispose()
    {
        CloseLoop();
        _other.Dispose();
        _log.Dispose();
    }

    [Fact]
    public void An_await_in_an_item_resumes_on_the_loop_and_there_where_the_task_was_ended()
    {
        ThreadAfterAwait(_loop.AsScheduler()).ShouldBe(_loopThread.ManagedThreadId);
        ThreadAfterAwait(_other).ShouldBe(Environment.CurrentManagedThreadId);
    }

    private static int ThreadAfterAwait(IScheduler scheduler)
    {
        var task = new TaskCompletionSource();
        using var waits = new ManualResetEventSlim();
        var thread = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        scheduler.Schedule(async () =>
        {
            // Set from inside the loop's item, behind the await, once that has returned to it.
            scheduler.Schedule(waits.Set);
            await task.Task;
            thread.SetResult(Environment.CurrentManagedThreadId);
        });
        waits.Wait(Patience).ShouldBeTrue();
        task.SetResult();
        return thread.Task.WaitAsync(Patience).GetAwaiter().GetResult();
    }

    [Fact]
    public void The_first_caller_s_context_does_not_leak_into_later_items_and_there_it_does()
    {
        ContextOfSecondCaller(_loop.AsScheduler()).ShouldBe("second");
        ContextOfSecondCaller(_other).ShouldBe("first");
    }

    private static string? ContextOfSecondCaller(IScheduler scheduler)
    {
        OtherThread.Run(() =>
        {
            Local.Value = "first";
            scheduler.Schedule(() => { });
        });
        var seen = new TaskCompletionSource<string?>();
        OtherThread.Run(() =>
        {
            Local.Value = "second";
            scheduler.Schedule(() => seen.SetResult(Local.Value));
        });
        return seen.Task.WaitAsync(Patience).GetAwaiter().GetResult();
    }

    [Fact]
    public void Closing_reports_how_many_items_never_ran_and_there_nothing_is_said()
    {
        int ran = 0;
        QueueBehindABlockedItem(_loop.AsScheduler(), () => ran++, _loop.Stop);
        CloseLoop();
        ran.ShouldBe(0);
        _log.Entries.Count(entry => entry.Counts(3)).ShouldBe(1);

        QueueBehindABlockedItem(_other, () => ran++, _other.Dispose);
        _otherThread!.Join(Patience).ShouldBeTrue();
        ran.ShouldBe(0); // and nothing reports it
    }

    private static void QueueBehindABlockedItem(IScheduler scheduler, Action action, Action end)
    {
        var blocked = new ManualResetEventSlim();
        var release = new ManualResetEventSlim();
        scheduler.Schedule(() =>
        {
            blocked.Set();
            release.Wait(Patience);
        });
        blocked.Wait(Patience).ShouldBeTrue();
        for (int i = 0; i < 3; i++)
            scheduler.Schedule(action);
        end();
        release.Set();
    }

    [Fact]
    public void An_exception_in_an_item_does_not_end_the_process_and_there_it_does()
    {
        var here = ChildProcess.Throw(nameof(IOLoopScheduler));
        here.ExitCode.ShouldBe(ChildProcess.Survived);
        here.Error.ShouldContain("thrown on purpose"); // logged
        var there = ChildProcess.Throw(nameof(EventLoopScheduler));
        there.ExitCode.ShouldNotBe(ChildProcess.Survived);
        there.ExitCode.ShouldNotBe(0);
        there.Error.ShouldContain("Unhandled exception");
    }

    private void CloseLoop()
    {
        _loop.Stop();
        _loopThread.Join(Patience).ShouldBeTrue();
        _loop.Close();
    }
}
