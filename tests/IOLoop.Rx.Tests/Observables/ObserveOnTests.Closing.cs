using System.Reactive.Linq;
using System.Reactive.Subjects;
using System.Runtime.CompilerServices;
using IOLoops.Conformance;
using Shouldly;
using Xunit;

namespace IOLoops.Rx.Tests;

public abstract partial class ObserveOnTests
{
    [Fact]
    public void A_closed_loop_ends_its_subscriptions_silently_and_counts_each_that_was_not_served_once()
    {
        int notified = 0;
        using var subscription = _source.ObserveOn(Loop).Subscribe(_ => notified++, _ => notified++, () => notified++);
        Produce(1_000);
        Loop.Close();
        Log.Entries.ShouldHaveSingleItem().Message.ShouldEndWith(
            ": The loop is closed: 1 callback never ran. It was IOLoops.Rx.LoopObservable.ObserveOn.");
        _source.OnNext(0);
        _source.HasObservers.ShouldBeFalse();
        notified.ShouldBe(0);
    }

    [Fact]
    public void A_subscription_on_a_closed_loop_ends_with_the_first_notification()
    {
        Loop.Close();
        using var subscription = _source.ObserveOn(Loop).Subscribe(_ => { });
        _source.OnNext(0);
        _source.HasObservers.ShouldBeFalse();
        using var another = _source.ObserveOn(Loop).Subscribe(_ => { });
        _source.OnCompleted();
        _source.HasObservers.ShouldBeFalse();
        Log.Entries.ShouldBeEmpty();
    }

    [Fact]
    public void What_was_queued_for_a_subscription_that_was_disposed_of_is_not_reported()
    {
        var subscription = _source.ObserveOn(Loop).Subscribe(_ => { });
        Produce(1_000);
        subscription.Dispose();
        Loop.Close();
        Log.Entries.ShouldBeEmpty();
    }

    [Fact]
    public void What_was_notified_is_not_kept()
    {
        using var source = new Subject<object>();
        int seen = 0;
        using var subscription = source.ObserveOn(Loop).Subscribe(_ => seen++);
        var values = Produce(source, 300);
        RunTurns(5);
        seen.ShouldBe(300);
        for (int i = 0; i < 10 && values.Exists(value => value.IsAlive); i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
        values.ShouldAllBe(value => !value.IsAlive);
    }

    [Fact]
    public void Passing_notifications_on_allocates_nothing_in_the_long_run()
    {
        SkipUnless(Fixture.IsNative, "a turn may allocate what a post to the host does");
        const int Burst = 100;
        var meter = new AllocationMeter();
        using var subscription = _source.ObserveOn(Loop).Subscribe(left =>
        {
            if (meter.IsDone())
                Loop.Stop();
            else if (left == 0)
                ProduceDown(Burst);
        });
        Loop.AddCallback(() => ProduceDown(Burst));
        Run("many notifications");
        meter.Best.ShouldBe(0);
    }

    /// <summary>Ends with 0.</summary>
    private void ProduceDown(int count)
    {
        while (--count >= 0)
            _source.OnNext(count);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static List<WeakReference> Produce(Subject<object> source, int count)
    {
        var values = new List<WeakReference>();
        for (int i = 0; i < count; i++)
        {
            object value = new();
            values.Add(new WeakReference(value));
            source.OnNext(value);
        }
        return values;
    }
}
