using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Shouldly;
using Xunit;

namespace IOLoops.Conformance;

public abstract partial class LoopConformance
{
    private static readonly TimeSpan BlockingThreshold = TimeSpan.FromMilliseconds(20);

    // Contract: SetBlockingSignalThreshold
    [Fact]
    public void A_callback_that_blocks_is_reported_while_it_still_blocks()
    {
        BlockedLoop? seen = null;
        int reporter = 0;
        int thread = 0;
        using var reported = new ManualResetEventSlim();
        Loop.SetBlockingSignalThreshold(BlockingThreshold, blocked =>
        {
            seen = blocked;
            reporter = Environment.CurrentManagedThreadId;
            reported.Set();
        });
        Action callback = () =>
        {
            thread = Environment.CurrentManagedThreadId;
            Bounded.Await(reported, "the report of a callback that blocks");
            Loop.Stop();
        };
        Loop.AddCallback(callback);
        Run("a callback that blocks");
        seen.ShouldNotBeNull();
        seen.Loop.ShouldBeSameAs(Loop);
        seen.Duration.ShouldBeGreaterThanOrEqualTo(BlockingThreshold);
        seen.ManagedThreadId.ShouldBe(thread);
        reporter.ShouldNotBe(thread);
        seen.Callback.ShouldBe(callback);
        seen.Descriptor.ShouldBeNull();
    }

    [Fact]
    public void A_handler_that_blocks_is_reported_with_its_descriptor()
    {
        BlockedLoop? seen = null;
        using var reported = new ManualResetEventSlim();
        var ready = NewEventFd(signalled: true);
        IOHandler handler = (fd, _) =>
        {
            Bounded.Await(reported, "the report of a handler that blocks");
            Loop.RemoveHandler(fd);
            Loop.Stop();
        };
        Loop.AddHandler(ready.Number, handler, IOEvents.Read);
        Loop.SetBlockingSignalThreshold(BlockingThreshold, blocked =>
        {
            seen = blocked;
            reported.Set();
        });
        Run("a handler that blocks");
        seen!.Callback.ShouldBe(handler);
        seen.Descriptor!.Value.Number.ShouldBe(ready.Number);
    }

    [Fact]
    public void A_threshold_that_is_set_while_the_loop_sleeps_counts_for_what_wakes_it()
    {
        using var asleep = new ManualResetEventSlim();
        using var reported = new ManualResetEventSlim();
        var ready = NewEventFd();
        Loop.AddHandler(ready.Number, (fd, _) =>
        {
            Bounded.Await(reported, "the report of a handler that blocks");
            Loop.RemoveHandler(fd);
            Loop.Stop();
        }, IOEvents.Read);
        var other = OtherThread.Start(() =>
        {
            Bounded.Await(asleep, "a turn");
            Loop.SetBlockingSignalThreshold(BlockingThreshold, _ => reported.Set());
            ready.Signal();
        });
        AfterTurns(3, asleep.Set);
        Run("a handler that blocks");
        other.Join();
    }

    [Fact]
    public void What_blocks_is_logged_with_its_name_as_a_warning()
    {
        Loop.SetBlockingLogThreshold(BlockingThreshold);
        Loop.AddCallback(BlockUntilLogged);
        Run("a callback that blocks until it was logged");
        var entry = Log.Entries.ShouldHaveSingleItem();
        entry.Level.ShouldBe(LogLevel.Warning);
        entry.Message.ShouldContain($"{typeof(LoopConformance).FullName}.{nameof(BlockUntilLogged)}");
        entry.Message.ShouldContain(Loop.Name);
    }

    [Fact]
    public void A_blocking_threshold_can_be_taken_back()
    {
        int reports = 0;
        Loop.SetBlockingSignalThreshold(BlockingThreshold, _ => reports++);
        Loop.SetBlockingSignalThreshold(null, null);
        Loop.AddCallback(() =>
        {
            long from = Stopwatch.GetTimestamp();
            while (Stopwatch.GetElapsedTime(from) < BlockingThreshold * 5)
                Thread.Yield();
            Loop.Stop();
        });
        Run("a callback that blocks");
        reports.ShouldBe(0);
    }

    [Fact]
    public void A_blocking_threshold_that_makes_no_sense_is_refused()
    {
        Should.Throw<ArgumentOutOfRangeException>(() => Loop.SetBlockingSignalThreshold(TimeSpan.Zero, _ => { }));
        Should.Throw<ArgumentOutOfRangeException>(() => Loop.SetBlockingLogThreshold(TimeSpan.FromTicks(-1)));
        Should.Throw<ArgumentNullException>(() => Loop.LogStack(null!));
        Loop.Close();
        Should.Throw<ObjectDisposedException>(() => Loop.SetBlockingLogThreshold(BlockingThreshold));
        Loop.SetBlockingLogThreshold(null);
    }

    [Fact]
    public void Watching_for_stalls_allocates_nothing_in_turns()
    {
        Loop.SetBlockingSignalThreshold(TimeSpan.FromMinutes(1), _ => { });
        Loop.AddHandler(NewEventFd(signalled: true).Number, (_, _) =>
        {
            Loop.AddCallback(Nothing, "");
            if (Meter.IsDone())
                Loop.Stop();
        }, IOEvents.Read);
        MeasureToStop("calls of handlers");
    }

    private void BlockUntilLogged()
    {
        Bounded.Until(() => Log.Entries.Count > 0, "the stall is logged");
        Loop.Stop();
    }
}
