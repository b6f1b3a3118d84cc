using System.Reactive.Concurrency;
using System.Reactive.Disposables;
using System.Runtime.CompilerServices;
using IOLoops.Conformance;
using Shouldly;
using Xunit;

namespace IOLoops.Rx.Tests;

public abstract partial class SchedulerTests
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_cancelled_item_never_runs(bool fromOutside)
    {
        var (loop, clock) = UseVirtualTime();
        bool ran = false;
        IDisposable[] items =
        [
            Scheduler.Schedule(() => ran = true),
            Scheduler.Schedule(Moment, () => ran = true),
            Scheduler.Schedule(Scheduler.Now + Moment, () => ran = true),
            Scheduler.SchedulePeriodic(Moment, () => ran = true),
        ];
        void Cancel()
        {
            foreach (var item in items)
            {
                item.Dispose();
                item.Dispose();
            }
        }
        if (fromOutside)
            OtherThread.Run(Cancel);
        else
            Cancel();
        clock.Advance(Moment);
        RunWhatIsDue(loop);
        ran.ShouldBeFalse();
    }

    [Fact]
    public void An_item_cancelled_by_another_one_that_is_due_at_the_same_time_never_runs()
    {
        var (loop, clock) = UseVirtualTime();
        bool ran = false;
        IDisposable? soon = null;
        IDisposable? timed = null;
        IDisposable? periodic = null;
        Scheduler.Schedule(() => soon!.Dispose());
        soon = Scheduler.Schedule(() => ran = true);
        Scheduler.Schedule(Moment, () =>
        {
            timed!.Dispose();
            periodic!.Dispose();
        });
        timed = Scheduler.Schedule(Moment, () => ran = true);
        periodic = Scheduler.SchedulePeriodic(Moment, () => ran = true);
        RunWhatIsDue(loop);
        clock.Advance(Moment);
        RunWhatIsDue(loop);
        ran.ShouldBeFalse();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void What_an_item_returned_is_disposed_of_with_it_once(int ticks)
    {
        int disposals = 0;
        var item = Scheduler.Schedule(0, TimeSpan.FromTicks(ticks), (_, _) => Disposable.Create(() => disposals++));
        Scheduler.Schedule(Moment, Loop.Stop);
        Run("an item");
        disposals.ShouldBe(0);
        item.Dispose();
        disposals.ShouldBe(1);
        item.Dispose();
        disposals.ShouldBe(1);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void What_an_item_returns_after_it_was_disposed_of_is_disposed_of_at_once(int ticks)
    {
        bool disposed = false;
        IDisposable? item = null;
        item = Scheduler.Schedule(0, TimeSpan.FromTicks(ticks), (_, _) =>
        {
            item!.Dispose();
            return Disposable.Create(() => disposed = true);
        });
        Scheduler.Schedule(Moment, Loop.Stop);
        Run("an item that disposes of itself");
        disposed.ShouldBeTrue();
    }

    [Fact]
    public void An_item_may_return_nothing()
    {
        var item = Scheduler.Schedule(0, (_, _) => null!);
        Scheduler.Schedule(Loop.Stop);
        Run("an item that returns null");
        item.Dispose();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_cancelled_timeout_is_forgotten(bool fromOutside)
    {
        var (loop, _) = UseVirtualTime();
        var items = new List<IDisposable>();
        var states = ScheduleForLater(items);
        RunWhatIsDue(loop);
        loop.BackendTimeout.ShouldBe(Hour);
        void Cancel()
        {
            foreach (var item in items)
                item.Dispose();
        }
        if (fromOutside)
            OtherThread.Run(Cancel);
        else
            Scheduler.Schedule(Cancel);
        RunWhatIsDue(loop);
        loop.BackendTimeout.ShouldBeNull();
        ShouldBeCollected(states);
        items.Count.ShouldBe(2);
    }

    [Fact]
    public void An_item_that_has_run_does_not_keep_its_state_although_its_disposable_is_kept()
    {
        var (loop, clock) = UseVirtualTime();
        var items = new List<IDisposable>();
        var state = ScheduleOnce(items);
        RunWhatIsDue(loop);
        clock.Advance(Hour);
        RunWhatIsDue(loop);
        ShouldBeCollected([state]);
        items.Count.ShouldBe(1);
    }

    [Fact]
    public void An_item_that_has_failed_does_not_keep_its_state_although_its_disposable_is_kept()
    {
        Failures.Expected = true;
        var (loop, clock) = UseVirtualTime();
        var items = new List<IDisposable>();
        var states = ScheduleFailures(items);
        RunWhatIsDue(loop);
        clock.Advance(Hour);
        RunWhatIsDue(loop);
        Failures.All.Count.ShouldBe(2);
        ShouldBeCollected(states);
        items.Count.ShouldBe(2);
    }

    [Fact]
    public void Cancelling_from_another_thread_while_items_run_loses_nothing_and_runs_nothing_twice()
    {
        const int Count = 2_000;
        int[] runs = new int[Count];
        bool[] cancelled = new bool[Count];
        var other = OtherThread.Start(() =>
        {
            for (int i = 0; i < Count; i++)
            {
                int number = i;
                var item = Scheduler.Schedule(TimeSpan.FromMicroseconds(i % 3 * 20), () => runs[number]++);
                if (i % 2 == 0)
                {
                    item.Dispose();
                    cancelled[i] = true;
                }
            }
            Scheduler.Schedule(Moment, Loop.Stop);
        });
        Run("items that another thread cancels");
        other.Join();
        for (int i = 0; i < Count; i++)
            runs[i].ShouldBeInRange(cancelled[i] ? 0 : 1, 1);
        (Loop as PollIOLoop)!.BackendTimeout.ShouldBeNull();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private WeakReference[] ScheduleForLater(List<IDisposable> items)
    {
        var timed = new object();
        var periodic = new object();
        items.Add(Scheduler.Schedule(timed, Hour, Doing<object>(_ => { })));
        items.Add(Scheduler.SchedulePeriodic(periodic, Hour, state => state));
        return [new WeakReference(timed), new WeakReference(periodic)];
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private WeakReference ScheduleOnce(List<IDisposable> items)
    {
        var state = new object();
        items.Add(Scheduler.Schedule(state, Hour, Doing<object>(_ => { })));
        return new WeakReference(state);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private WeakReference[] ScheduleFailures(List<IDisposable> items)
    {
        var soon = new object();
        var timed = new object();
        items.Add(Scheduler.Schedule(soon, Doing<object>(_ => throw new TestException())));
        items.Add(Scheduler.Schedule(timed, Hour, Doing<object>(_ => throw new TestException())));
        return [new WeakReference(soon), new WeakReference(timed)];
    }

    private static void ShouldBeCollected(WeakReference[] references)
    {
        for (int i = 0; i < 10 && references.Any(reference => reference.IsAlive); i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
        references.ShouldAllBe(reference => !reference.IsAlive);
    }

    [Fact]
    public void Cancelling_after_the_loop_has_stopped_leaves_nothing_behind_to_be_reported()
    {
        var timed = Scheduler.Schedule(0, TimeSpan.FromHours(1), Doing<int>(_ => { }));
        var periodic = Scheduler.SchedulePeriodic(0, TimeSpan.FromHours(1), state => state);
        RunTurns(2);
        timed.Dispose();
        OtherThread.Run(periodic.Dispose);
        Loop.Close();
        Log.Entries.ShouldBeEmpty();
    }
}
