using System.Reactive.Linq;
using System.Reactive.Subjects;
using IOLoops.Conformance;
using Shouldly;
using Xunit;

namespace IOLoops.Rx.Tests;

public abstract partial class SchedulerTests
{
    [Fact]
    public void ObserveOn_notifies_on_the_loop_in_order_and_to_the_end()
    {
        var seen = new List<int>();
        using var source = new Subject<int>();
        int thread = Environment.CurrentManagedThreadId;
        using var subscription = source.ObserveOn(Loop).Subscribe(
            value =>
            {
                Environment.CurrentManagedThreadId.ShouldBe(thread);
                seen.Add(value);
            },
            Loop.Stop);
        var other = OtherThread.Start(() =>
        {
            for (int i = 0; i < 1_000; i++)
                source.OnNext(i);
            source.OnCompleted();
        });
        Run("a thousand values");
        other.Join();
        seen.ShouldBe(Enumerable.Range(0, 1_000));
    }

    [Fact]
    public void SubscribeOn_subscribes_and_unsubscribes_on_the_loop()
    {
        int thread = Environment.CurrentManagedThreadId;
        var threads = new List<int>();
        var source = Observable.Create<int>(_ =>
        {
            threads.Add(Environment.CurrentManagedThreadId);
            return () =>
            {
                threads.Add(Environment.CurrentManagedThreadId);
                Loop.Stop();
            };
        });
        var other = OtherThread.Start(() =>
        {
            var subscription = source.SubscribeOn(Loop).Subscribe(_ => { });
            using var subscribed = new ManualResetEventSlim();
            Loop.AddCallback(subscribed.Set);
            subscribed.Wait(Patience).ShouldBeTrue();
            subscription.Dispose();
        });
        Run("a subscription on the loop");
        other.Join();
        threads.ShouldBe([thread, thread]);
    }

    [Fact]
    public void Operators_of_time_work_in_virtual_time()
    {
        var (loop, clock) = UseVirtualTime();
        var seen = new List<string>();
        using var source = new Subject<int>();
        using var delayed = source.Delay(Moment * 2, Scheduler).Subscribe(value => seen.Add($"delay {value}"));
        using var throttled = source.Throttle(Moment, Scheduler).Subscribe(value => seen.Add($"throttle {value}"));
        using var buffered = source.Buffer(Moment * 3, Scheduler).Take(1).Subscribe(values => seen.Add($"buffer {values.Count}"));
        using var late = source.Skip(3).Timeout(Moment * 4, Scheduler).Subscribe(_ => { }, error => seen.Add(error.GetType().Name));
        source.OnNext(1);
        source.OnNext(2);
        for (int i = 0; i < 4; i++)
        {
            RunWhatIsDue(loop);
            clock.Advance(Moment);
        }
        RunWhatIsDue(loop);
        seen.ShouldBe(["throttle 2", "delay 1", "delay 2", "buffer 2", nameof(TimeoutException)]);
    }
}
