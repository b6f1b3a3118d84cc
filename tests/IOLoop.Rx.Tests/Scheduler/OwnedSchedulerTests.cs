using System.Reactive.Concurrency;
using IOLoops.Conformance;
using Shouldly;
using Xunit;

namespace IOLoops.Rx.Tests;

/// <summary>A scheduler that owns its loop ends as an EventLoopScheduler does, in one call, and says what it has dropped.</summary>
public sealed class OwnedSchedulerTests : IDisposable
{
    private readonly CollectingLoggerFactory _log = new();
    private readonly IOLoopScheduler _scheduler;
    private readonly EventLoopScheduler _other = new();

    public OwnedSchedulerTests() => _scheduler = NewScheduler();

    public void Dispose()
    {
        _scheduler.Dispose();
        _other.Dispose();
        _log.Dispose();
    }

    [Fact]
    public void It_runs_on_a_background_thread_that_has_the_loop_s_name()
    {
        Thread? thread = null;
        using var ran = new ManualResetEventSlim();
        _scheduler.Schedule(() =>
        {
            thread = Thread.CurrentThread;
            ran.Set();
        });
        Bounded.Await(ran, "an item");
        thread!.IsBackground.ShouldBeTrue();
        thread.Name.ShouldBe("owned");
        _scheduler.Loop.Name.ShouldBe("owned");
    }

    [Fact]
    public void From_Dispose_on_nothing_is_accepted_although_an_item_still_runs_here_and_there()
    {
        NothingIsAcceptedAfter(_scheduler, _scheduler.Dispose);
        NothingIsAcceptedAfter(_other, _other.Dispose);
        UntilClosed(_scheduler);
    }

    private static void NothingIsAcceptedAfter(IScheduler scheduler, Action dispose)
    {
        using var release = Hold(scheduler);
        dispose();
        Should.Throw<ObjectDisposedException>(() => scheduler.Schedule(() => { }));
        Should.Throw<ObjectDisposedException>(() => scheduler.Schedule(TimeSpan.FromHours(1), () => { }));
        Should.Throw<ObjectDisposedException>(() => scheduler.Schedule(scheduler.Now, () => { }));
        Should.Throw<ObjectDisposedException>(() => scheduler.SchedulePeriodic(TimeSpan.FromHours(1), () => { }));
        dispose();
        release.Set();
    }

    [Fact]
    public void An_item_may_dispose_of_its_own_scheduler_here_and_there()
    {
        DisposeInside(_scheduler, _scheduler.Dispose);
        DisposeInside(_other, _other.Dispose);
        UntilClosed(_scheduler);
        _log.Entries.ShouldBeEmpty();
    }

    private static void DisposeInside(IScheduler scheduler, Action dispose)
    {
        var ended = new TaskCompletionSource<Exception?>();
        scheduler.Schedule(() =>
        {
            dispose();
            ended.SetResult(Record.Exception(() => scheduler.Schedule(() => { })));
        });
        Bounded.Await(ended.Task, "an item that disposes of its scheduler");
        ended.Task.Result.ShouldBeOfType<ObjectDisposedException>();
    }

    [Fact]
    public void What_was_accepted_and_never_ran_is_counted_once()
    {
        int ran = 0;
        using (var release = Hold(_scheduler))
        {
            for (int i = 0; i < 3; i++)
                _scheduler.Schedule(() => ran++);
            _scheduler.Schedule(() => ran++).Dispose();
            _scheduler.Dispose();
            release.Set();
        }
        Bounded.Until(() => _log.Entries.Count > 0, "the end is reported"); // which is done by a loop that is closed already
        ran.ShouldBe(0);
        var entry = _log.Entries.ShouldHaveSingleItem();
        entry.Counts(3).ShouldBeTrue(entry.Message);
    }

    [Fact]
    public void Disposing_of_it_at_once_closes_its_loop_and_logs_nothing()
    {
        foreach (int round in Bounded.Rounds(300))
        {
            var scheduler = NewScheduler();
            Thread.SpinWait(round % 20 * 500); // its thread is anywhere between its beginning and its first sleep
            scheduler.Dispose();
            UntilClosed(scheduler);
        }
        _log.Entries.ShouldBeEmpty();
    }

    [Fact]
    public void What_is_scheduled_while_it_is_disposed_of_is_refused_or_runs_or_is_counted()
    {
        const int Most = 2_000; // where this thread does not get to run, the other one must not go on for seconds
        foreach (int round in Bounded.Rounds(200))
        {
            using var log = new CollectingLoggerFactory();
            var scheduler = IOLoopScheduler.CreateOwned(new PollIOLoopOptions { LoggerFactory = log });
            int accepted = 0;
            int ran = 0;
            using var begun = new ManualResetEventSlim();
            var other = OtherThread.Start(() => Record.Exception(() =>
            {
                for (; accepted < Most; accepted++)
                {
                    scheduler.Schedule(() => ran++);
                    begun.Set();
                }
            }));
            Bounded.Await(begun, "the first item");
            Thread.SpinWait(round * 50);
            scheduler.Dispose();
            other.Join();
            UntilClosed(scheduler);
            Bounded.Until(() => ran == accepted || log.Entries.Count == 1, "the end is reported");
            if (ran < accepted)
                log.Entries[0].Counts(accepted - ran).ShouldBeTrue($"{accepted} accepted, {ran} ran: {log.Entries[0].Message}");
        }
    }

    [Fact]
    public void A_loop_that_is_stopped_by_other_means_ends_its_scheduler()
    {
        _scheduler.Loop.Stop();
        UntilClosed(_scheduler);
        Should.Throw<ObjectDisposedException>(() => _scheduler.Schedule(() => { }));
        _log.Entries.ShouldBeEmpty();
    }

    [Fact]
    public void A_scheduler_that_does_not_own_its_loop_does_not_end_it()
    {
        using var loop = new PollIOLoop();
        bool ran = false;
        loop.AsScheduler().Dispose();
        new IOLoopScheduler(loop).Dispose();
        loop.IsClosed.ShouldBeFalse();
        loop.AsScheduler().Schedule(() => ran = true);
        loop.RunOnce(TimeSpan.Zero);
        ran.ShouldBeTrue();
    }

    private IOLoopScheduler NewScheduler() => IOLoopScheduler.CreateOwned(new PollIOLoopOptions { Name = "owned", LoggerFactory = _log });

    private static void UntilClosed(IOLoopScheduler scheduler) => Bounded.Until(() => scheduler.Loop.IsClosed, "the loop is closed");

    /// <summary>Keeps the scheduler's thread in an item until this is set.</summary>
    private static ManualResetEventSlim Hold(IScheduler scheduler)
    {
        var release = new ManualResetEventSlim();
        using var held = new ManualResetEventSlim();
        scheduler.Schedule(() =>
        {
            held.Set();
            release.Wait(Bounded.Patience);
        });
        Bounded.Await(held, "an item");
        return release;
    }
}
