using System.Reactive.Concurrency;
using System.Reactive.Linq;
using IOLoops.Conformance;
using Shouldly;
using Xunit;

namespace IOLoops.Rx.Tests;

public abstract partial class SchedulerTests
{
    [Fact]
    public void An_item_that_throws_is_reported_and_the_next_one_runs()
    {
        Failures.Expected = true;
        Scheduler.Schedule(() => throw new TestException("soon"));
        Scheduler.Schedule(TimeSpan.FromTicks(1), () => throw new TestException("timed"));
        Scheduler.Schedule(again =>
        {
            if (Failures.All.Count == 2)
                throw new TestException("recursive");
            again();
        });
        Scheduler.Schedule(again =>
        {
            if (Failures.All.Count == 3)
                Loop.Stop();
            else
                again();
        });
        Run("three failures");
        Failures.All.Select(failure => failure.Exception.Message).ShouldBe(["soon", "timed", "recursive"]);
    }

    [Fact]
    public void An_observer_that_throws_is_reported_and_loses_its_subscription()
    {
        Failures.Expected = true;
        bool unsubscribed = false;
        int seen = 0;
        Observable.Interval(TimeSpan.FromTicks(1), Scheduler)
            .Finally(() => unsubscribed = true)
            .Subscribe(_ =>
            {
                seen++;
                throw new TestException();
            });
        Scheduler.Schedule(Moment, Loop.Stop);
        Run("an observer that throws");
        seen.ShouldBe(1);
        unsubscribed.ShouldBeTrue();
        Failures.All.Count.ShouldBe(1);
    }

    [Fact]
    public void Rx_s_own_way_to_catch_works()
    {
        Exception? caught = null;
        var careful = Scheduler.Catch<TestException>(exception =>
        {
            caught = exception;
            Loop.Stop();
            return true;
        });
        careful.Schedule(() => throw new TestException());
        Run("a caught exception");
        caught.ShouldNotBeNull();
        Failures.All.ShouldBeEmpty();
    }
}
