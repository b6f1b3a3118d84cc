using System.Reactive.Concurrency;
using System.Reactive.Disposables;
using IOLoops.Conformance;
using Shouldly;
using Xunit;

namespace IOLoops.Rx.Tests;

public abstract partial class SchedulerTests
{
    private const int Operations = 10_000;

    [Fact]
    public void Scheduling_allocates_one_object_per_item()
    {
        var meter = new AllocationMeter();
        Scheduler.Schedule((Meter: meter, Loop), static (scheduler, state) => Next(scheduler, state));
        Run("many items");
        meter.Best.ShouldBeInRange(Operations, Operations * 64);

        static IDisposable Next(IScheduler scheduler, (AllocationMeter Meter, IOLoop Loop) state)
        {
            if (state.Meter.IsDone())
                state.Loop.Stop();
            else
                scheduler.Schedule(state, static (scheduler, state) => Next(scheduler, state));
            return Disposable.Empty;
        }
    }

    [Fact]
    public void Scheduling_for_a_time_allocates_one_object_per_item()
    {
        var meter = new AllocationMeter();
        Scheduler.Schedule((Meter: meter, Loop), static (scheduler, state) => Next(scheduler, state));
        Run("many timed items");
        meter.Best.ShouldBeInRange(Operations, Operations * 96);

        static IDisposable Next(IScheduler scheduler, (AllocationMeter Meter, IOLoop Loop) state)
        {
            if (state.Meter.IsDone())
                state.Loop.Stop();
            else
                scheduler.Schedule(state, TimeSpan.FromTicks(1), static (scheduler, state) => Next(scheduler, state));
            return Disposable.Empty;
        }
    }

    [Fact]
    public void A_series_allocates_nothing_per_call()
    {
        var meter = new AllocationMeter();
        using var series = Scheduler.SchedulePeriodic((Meter: meter, Loop), TimeSpan.Zero, static state =>
        {
            if (state.Meter.IsDone())
                state.Loop.Stop();
            return state;
        });
        Run("many calls");
        meter.Best.ShouldBe(0);
    }

    [Fact]
    public void Posting_from_another_thread_allocates_one_object_per_item()
    {
        const int Posts = 500;
        using var done = new ManualResetEventSlim();
        var meter = new AllocationMeter(allowed: Posts * 56, batch: Posts);
        var other = OtherThread.Start(() =>
        {
            do
            {
                done.Reset();
                Scheduler.Schedule(done, static (_, done) =>
                {
                    done.Set();
                    return Disposable.Empty;
                });
                done.Wait(Patience).ShouldBeTrue();
            }
            while (!meter.IsDone());
            Loop.Stop();
        });
        Run("many items of another thread");
        other.Join();
        meter.Best.ShouldBeInRange(Posts, Posts * 56);
    }
}
