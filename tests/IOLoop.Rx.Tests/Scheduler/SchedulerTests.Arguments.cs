using System.Reactive.Concurrency;
using System.Reactive.Linq;
using System.Runtime.CompilerServices;
using Shouldly;
using Xunit;

namespace IOLoops.Rx.Tests;

public abstract partial class SchedulerTests
{
    [Fact]
    public void Nulls_are_refused_by_name()
    {
        Should.Throw<ArgumentNullException>(() => new IOLoopScheduler(null!)).ParamName.ShouldBe("loop");
        Should.Throw<ArgumentNullException>(() => LoopObservable.AsScheduler(null!)).ParamName.ShouldBe("loop");
        Should.Throw<ArgumentNullException>(() => Scheduler.Schedule(42, null!)).ParamName.ShouldBe("action");
        Should.Throw<ArgumentNullException>(() => Scheduler.Schedule(42, TimeSpan.Zero, null!)).ParamName.ShouldBe("action");
        Should.Throw<ArgumentNullException>(() => Scheduler.Schedule(42, DateTimeOffset.MaxValue, null!)).ParamName.ShouldBe("action");
        Should.Throw<ArgumentNullException>(() => Scheduler.SchedulePeriodic(42, Moment, null!)).ParamName.ShouldBe("action");
        Should.Throw<ArgumentNullException>(() => LoopObservable.ObserveOn<int>(null!, Loop)).ParamName.ShouldBe("source");
        Should.Throw<ArgumentNullException>(() => LoopObservable.SubscribeOn<int>(null!, Loop)).ParamName.ShouldBe("source");
        Should.Throw<ArgumentNullException>(() => Observable.Empty<int>().ObserveOn((IOLoop)null!)).ParamName.ShouldBe("loop");
        Should.Throw<ArgumentNullException>(() => Observable.Empty<int>().SubscribeOn((IOLoop)null!)).ParamName.ShouldBe("loop");
    }

    [Fact]
    public void A_negative_period_is_refused() =>
        Should.Throw<ArgumentOutOfRangeException>(() => Scheduler.SchedulePeriodic(42, TimeSpan.FromTicks(-1), state => state));

    [Fact]
    public void A_loop_has_one_scheduler_which_knows_it()
    {
        Scheduler.ShouldBeSameAs(Loop.AsScheduler());
        Scheduler.Loop.ShouldBeSameAs(Loop);
        NewLoop().AsScheduler().ShouldNotBeSameAs(Scheduler);
    }

    [Fact]
    public void It_offers_what_it_can_do_as_a_service_and_nothing_else()
    {
        IServiceProvider services = Scheduler;
        services.GetService(typeof(ISchedulerPeriodic)).ShouldBeSameAs(Scheduler);
        services.GetService(typeof(IStopwatchProvider)).ShouldBeSameAs(Scheduler);
        services.GetService(typeof(ISchedulerLongRunning)).ShouldBeNull();
    }

    [Fact]
    public void A_loop_s_scheduler_does_not_keep_the_loop_alive()
    {
        var loop = ScheduleAndForget();
        for (int i = 0; i < 10 && loop.IsAlive; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
        loop.IsAlive.ShouldBeFalse();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private WeakReference ScheduleAndForget()
    {
        using var loop = _fixture.Create(null, null);
        loop.AsScheduler().Schedule(loop.Stop);
        loop.Start();
        return new WeakReference(loop);
    }

    [Fact]
    public void A_closed_loop_takes_no_work()
    {
        Loop.Close();
        Should.Throw<ObjectDisposedException>(() => Scheduler.Schedule(() => { }));
        Should.Throw<ObjectDisposedException>(() => Scheduler.Schedule(Moment, () => { }));
        Should.Throw<ObjectDisposedException>(() => Scheduler.Schedule(DateTimeOffset.MaxValue, () => { }));
        Should.Throw<ObjectDisposedException>(() => Scheduler.SchedulePeriodic(Moment, () => { }));
        Should.Throw<ArgumentNullException>(() => Scheduler.Schedule(42, null!));
    }

    [Fact]
    public void Items_of_a_closed_loop_can_still_be_disposed_of()
    {
        var items = new[]
        {
            Scheduler.Schedule(() => { }),
            Scheduler.Schedule(Moment, () => { }),
            Scheduler.SchedulePeriodic(Moment, () => { }),
        };
        Loop.Close();
        foreach (var item in items)
            item.Dispose();
    }
}
