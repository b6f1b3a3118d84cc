using System.Reactive;
using System.Reactive.Concurrency;
using System.Reactive.Linq;
using System.Reactive.Subjects;
using IOLoops.Conformance;
using IOLoops.Rx.Tests.Loops;
using Shouldly;
using Xunit;

namespace IOLoops.Rx.Tests;

/// <summary>What <see cref="LoopObservable.ObserveOn"/> promises, on loops of each kind.</summary>
public abstract partial class ObserveOnTests : LoopHarness
{
    private const int Many = 10_000;

    private static readonly AsyncLocal<string?> Local = new();

    private readonly Subject<int> _source = new();

    private protected ObserveOnTests(LoopFixture fixture)
        : base(fixture) => Own(_source);

    [Fact]
    public void Notifications_of_another_thread_arrive_on_the_loop_in_order_and_the_end_comes_last()
    {
        var seen = new List<int>();
        using var subscription = _source.ObserveOn(Loop).Subscribe(
            value =>
            {
                Loop.IsOnLoopThread.ShouldBeTrue();
                seen.Add(value);
            },
            Loop.Stop);
        var other = OtherThread.Start(() =>
        {
            Produce(Many);
            _source.OnCompleted();
        });
        Run("many values");
        other.Join();
        seen.ShouldBe(Enumerable.Range(0, Many));
    }

    [Fact]
    public void A_failure_arrives_behind_what_came_before_it_and_nothing_behind_it()
    {
        var seen = new List<int>();
        Exception? failure = null;
        IObserver<int>? source = null;
        using var subscription = Observable.Create<int>(observer =>
        {
            source = observer;
            return () => { };
        }).ObserveOn(Loop).Subscribe(seen.Add, error =>
        {
            failure = error;
            Loop.Stop();
        });
        for (int i = 0; i < 1_000; i++)
            source!.OnNext(i);
        var expected = new TestException();
        source!.OnError(expected);
        source.OnNext(-1);
        source.OnCompleted();
        Run("a failure");
        RunTurns(2);
        failure.ShouldBeSameAs(expected);
        seen.ShouldBe(Enumerable.Range(0, 1_000));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Nothing_is_notified_after_Dispose_although_it_is_queued(bool fromOutside)
    {
        int seen = 0;
        IDisposable? subscription = null;
        subscription = _source.ObserveOn(Loop).Subscribe(_ =>
        {
            if (++seen < 3)
                return;
            if (fromOutside)
                OtherThread.Run(subscription!.Dispose);
            else
                subscription!.Dispose();
        });
        Produce(1_000);
        _source.OnCompleted();
        RunTurns(3);
        seen.ShouldBe(3);
        _source.HasObservers.ShouldBeFalse();
    }

    [Fact]
    public void An_observer_that_throws_is_reported_once_and_loses_its_subscription()
    {
        Failures.Expected = true;
        int seen = 0;
        using var subscription = _source.ObserveOn(Loop).Subscribe(_ =>
        {
            seen++;
            throw new TestException();
        });
        Produce(1_000);
        RunTurns(3);
        seen.ShouldBe(1);
        Failures.All.ShouldHaveSingleItem().Exception.ShouldBeOfType<TestException>();
        _source.HasObservers.ShouldBeFalse();
    }

    // One that does not unsubscribe by itself when it throws, as those of Rx's Subscribe with delegates do.
    [Fact]
    public void A_plain_observer_that_throws_loses_its_subscription()
    {
        Failures.Expected = true;
        int seen = 0;
        using var subscription = _source.ObserveOn(Loop).Subscribe(Observer.Create<int>(_ =>
        {
            seen++;
            throw new TestException();
        }));
        Produce(1);
        RunTurns(3);
        seen.ShouldBe(1);
        Failures.All.ShouldHaveSingleItem().Exception.ShouldBeOfType<TestException>();
        _source.HasObservers.ShouldBeFalse();
    }

    [Fact]
    public void Bursts_of_any_size_in_a_row_arrive_complete_and_in_order()
    {
        var seen = new List<int>();
        using var subscription = _source.ObserveOn(Loop).Subscribe(seen.Add);
        int[] sizes = [1_000, 1, 1_000, 129, 1, 2_000];
        foreach (int size in sizes)
        {
            seen.Clear();
            Produce(size);
            RunTurns(30);
            seen.ShouldBe(Enumerable.Range(0, size));
        }
    }

    [Fact]
    public void What_an_observer_produces_is_queued_for_the_next_turn()
    {
        var turns = new List<int>();
        int depth = 0;
        using var subscription = _source.ObserveOn(Loop).Subscribe(value =>
        {
            (++depth).ShouldBe(1);
            turns.Add(Turn);
            if (value < 3)
                _source.OnNext(value + 1);
            depth--;
        });
        At(1, () => _source.OnNext(1));
        RunTurns(6);
        turns.ShouldBe([2, 3, 4]);
    }

    [Fact]
    public void An_endless_burst_starves_neither_descriptors_nor_timeouts_nor_callbacks()
    {
        var counter = NewEventFd(signalled: true);
        int seen = 0;
        int seenByHandler = -1;
        int seenByTimeout = -1;
        int seenByCallback = -1;
        using var subscription = _source.ObserveOn(Loop).Subscribe(value =>
        {
            seen++;
            _source.OnNext(value);
            if (seenByHandler >= 0 && seenByTimeout >= 0 && seenByCallback >= 0)
                Loop.Stop();
        });
        InLoop(() =>
        {
            Loop.AddHandler(counter.Number, (fd, _) =>
            {
                seenByHandler = seen;
                Loop.RemoveHandler(fd);
            }, IOEvents.Read);
            Loop.CallLater(TimeSpan.Zero, () => seenByTimeout = seen);
            Produce(Many);
            Loop.AddCallback(() => seenByCallback = seen);
        });
        if (seenByHandler < 0)
            Run("a handler, a timeout and a callback during a burst");
        new[] { seenByHandler, seenByTimeout, seenByCallback }.ShouldAllBe(count => count >= 0 && count < Many / 4);
        subscription.Dispose();
    }

    [Fact]
    public void Each_notification_runs_in_the_context_of_Subscribe_and_leaves_nothing_to_the_next()
    {
        var seen = new List<string?>();
        var contexts = new List<SynchronizationContext?>();
        Local.Value = "subscriber";
        using var subscription = _source.ObserveOn(Loop).Subscribe(
            _ => Note(),
            () =>
            {
                Note();
                Loop.Stop();
            });
        Local.Value = null;
        OtherThread.Run(() =>
        {
            Local.Value = "producer";
            Produce(3);
            _source.OnCompleted();
        });
        Run("the end");
        seen.ShouldBe(["subscriber", "subscriber", "subscriber", "subscriber"]);
        contexts.ShouldAllBe(context => context == Loop.SynchronizationContext);

        void Note()
        {
            seen.Add(Local.Value);
            contexts.Add(SynchronizationContext.Current);
            Local.Value = "leaked";
            SynchronizationContext.SetSynchronizationContext(null);
        }
    }

    [Fact]
    public void Without_a_context_of_Subscribe_none_of_a_producer_s_is_seen()
    {
        var seen = new List<string?>();
        using (ExecutionContext.SuppressFlow())
        {
            Own(_source.ObserveOn(Loop).Subscribe(_ =>
            {
                seen.Add(Local.Value);
                Local.Value = "leaked";
            }));
        }
        for (int round = 0; round < 2; round++)
        {
            OtherThread.Run(() =>
            {
                Local.Value = "producer";
                Produce(2);
            });
            RunTurns(2);
        }
        seen.ShouldBe([null, null, null, null]);
    }

    private void Produce(int count)
    {
        for (int i = 0; i < count; i++)
            _source.OnNext(i);
    }
}

public sealed class ObserveOn_over_epoll() : ObserveOnTests(new OverPoller(PollerKind.Epoll));

public sealed class ObserveOn_over_poll() : ObserveOnTests(new OverPoller(PollerKind.Poll));

public sealed class ObserveOn_a_loop_on_Rx() : ObserveOnTests(
    new RxFixture("an EventLoopScheduler", () => new EventLoopScheduler()));
