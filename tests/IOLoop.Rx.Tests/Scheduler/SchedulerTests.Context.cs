using System.Reactive.Concurrency;
using System.Reactive.Disposables;
using IOLoops.Conformance;
using Shouldly;
using Xunit;

namespace IOLoops.Rx.Tests;

public abstract partial class SchedulerTests
{
    private static readonly AsyncLocal<string?> Local = new();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void An_item_runs_in_the_context_of_the_call_that_scheduled_it(bool fromOutside)
    {
        var seen = new List<string?>();
        void ScheduleAll()
        {
            Local.Value = "first";
            Scheduler.Schedule(() => seen.Add(Local.Value));
            Scheduler.Schedule(Moment, () => seen.Add(Local.Value));
            Local.Value = null;
            Scheduler.Schedule(() => seen.Add(Local.Value));
            Scheduler.Schedule(Moment * 2, () =>
            {
                seen.Add(Local.Value);
                Loop.Stop();
            });
        }
        if (fromOutside)
            OtherThread.Run(ScheduleAll);
        else
            Loop.AddCallback(ScheduleAll);
        Run("items of two contexts");
        seen.ShouldBe(["first", null, "first", null]);
    }

    [Fact]
    public void What_a_call_of_a_series_changes_in_its_context_ends_with_it()
    {
        var seen = new List<string?>();
        Local.Value = "mine";
        using var series = Scheduler.SchedulePeriodic(TimeSpan.FromTicks(1), () =>
        {
            seen.Add(Local.Value);
            Local.Value = "leaked";
            if (seen.Count == 3)
                Loop.Stop();
        });
        Local.Value = null;
        Run("three calls");
        seen.ShouldBe(["mine", "mine", "mine"]);
    }

    [Fact]
    public void Inside_an_item_the_loop_is_current()
    {
        Scheduler.Schedule(() =>
        {
            IOLoop.Current.ShouldBeSameAs(Loop);
            SynchronizationContext.Current.ShouldBeSameAs(Loop.SynchronizationContext);
            Loop.Stop();
        });
        Run("an item");
    }

    [Fact]
    public void An_asynchronous_item_stays_on_the_loop()
    {
        var threads = new List<int>();
        Scheduler.ScheduleAsync(async (scheduler, cancellation) =>
        {
            threads.Add(Environment.CurrentManagedThreadId);
            await scheduler.Yield(cancellation);
            threads.Add(Environment.CurrentManagedThreadId);
            await scheduler.Sleep(Moment, cancellation);
            threads.Add(Environment.CurrentManagedThreadId);
            await Task.Run(() => { }, cancellation);
            threads.Add(Environment.CurrentManagedThreadId);
            Loop.Stop();
            return Disposable.Empty;
        });
        Run("an asynchronous item");
        threads.ShouldBe(Enumerable.Repeat(Environment.CurrentManagedThreadId, 4));
    }
}
