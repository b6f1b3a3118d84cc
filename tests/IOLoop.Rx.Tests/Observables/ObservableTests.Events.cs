using System.Reactive.Linq;
using IOLoops.Conformance;
using Shouldly;
using Xunit;

namespace IOLoops.Rx.Tests;

public abstract partial class ObservableTests
{
    [Fact]
    public void Events_are_notified_on_the_loop_once_per_turn_as_long_as_the_descriptor_is_ready()
    {
        var counter = NewEventFd(signalled: true);
        var seen = new List<IOEvents>();
        using var subscription = Loop.ObserveEvents(counter.Number, IOEvents.Read | IOEvents.Write).Subscribe(events =>
        {
            Loop.IsOnLoopThread.ShouldBeTrue();
            seen.Add(events);
            if (seen.Count == 2)
                counter.Drain();
            if (seen.Count == 3)
                Loop.Stop();
        });
        Run("three events");
        seen.ShouldBe([IOEvents.Read | IOEvents.Write, IOEvents.Read | IOEvents.Write, IOEvents.Write]);
    }

    [Fact]
    public void A_hang_up_is_reported_although_nobody_asked_for_it()
    {
        var pipe = NewPipe();
        pipe.CloseWrite();
        IOEvents seen = default;
        using var subscription = Loop.ObserveEvents(pipe.ReadEnd, IOEvents.None).Take(1).Subscribe(events => seen = events, Loop.Stop);
        Run("a hang-up");
        (seen & IOEvents.Error).ShouldNotBe(IOEvents.None);
    }

    [Fact]
    public void Nothing_is_registered_before_a_subscription_and_after_it()
    {
        var counter = NewEventFd(signalled: true);
        int seen = 0;
        var events = Loop.ObserveEvents(counter.Number, IOEvents.Read);
        InLoop(() =>
        {
            IsFree(counter.Number).ShouldBeTrue();
            var subscription = events.Subscribe(_ => seen++);
            IsFree(counter.Number).ShouldBeFalse();
            subscription.Dispose();
            IsFree(counter.Number).ShouldBeTrue();
            subscription.Dispose();
        });
        RunTurns(2);
        seen.ShouldBe(0);
    }

    [Fact]
    public void An_observable_can_be_subscribed_to_again()
    {
        var counter = NewEventFd(signalled: true);
        int seen = 0;
        using var subscription = Loop.ObserveEvents(counter.Number, IOEvents.Read).Take(1).Repeat(3).Subscribe(_ => seen++, Loop.Stop);
        Run("three subscriptions");
        seen.ShouldBe(3);
    }

    [Fact]
    public void Disposing_inside_a_notification_ends_them_at_once()
    {
        var counter = NewEventFd(signalled: true);
        int seen = 0;
        IDisposable? subscription = null;
        subscription = Loop.ObserveEvents(counter.Number, IOEvents.Read).Subscribe(_ =>
        {
            seen++;
            subscription!.Dispose();
            IsFree(counter.Number).ShouldBeTrue();
        });
        RunTurns(4);
        seen.ShouldBe(1);
    }

    [Fact]
    public void Disposing_of_a_subscription_silences_one_that_is_ready_in_the_same_turn()
    {
        var first = NewEventFd(signalled: true);
        var second = NewEventFd(signalled: true);
        int seen = 0;
        IDisposable? one = null;
        IDisposable? other = null;
        one = Loop.ObserveEvents(first.Number, IOEvents.Read).Subscribe(_ => { seen++; other!.Dispose(); first.Drain(); });
        other = Loop.ObserveEvents(second.Number, IOEvents.Read).Subscribe(_ => { seen++; one.Dispose(); second.Drain(); });
        RunTurns(4);
        seen.ShouldBe(1);
    }

    [Fact]
    public void A_subscription_of_another_thread_is_registered_by_the_loop()
    {
        var counter = NewEventFd(signalled: true);
        int thread = 0;
        var other = OtherThread.Start(() => Loop.ObserveEvents(counter.Number, IOEvents.Read).Take(1).Subscribe(
            _ => thread = Environment.CurrentManagedThreadId, Loop.Stop));
        Run("an event");
        other.Join();
        thread.ShouldBe(Environment.CurrentManagedThreadId);
    }

    [Fact]
    public void A_subscription_that_is_disposed_of_before_the_loop_has_seen_it_is_never_registered()
    {
        var counter = NewEventFd(signalled: true);
        bool seen = false;
        Loop.ObserveEvents(counter.Number, IOEvents.Read).Subscribe(_ => seen = true, _ => seen = true).Dispose();
        InLoop(() => IsFree(counter.Number).ShouldBeTrue());
        seen.ShouldBeFalse();
    }

    [Fact]
    public void What_the_loop_refuses_is_an_error_of_the_observable()
    {
        int fd = Descriptors.Unused();
        var errors = new List<Exception>();
        InLoop(() =>
        {
            using var subscription = Loop.ObserveEvents(fd, IOEvents.Read).Subscribe(_ => { }, errors.Add);
            using var another = Loop.ObserveEvents(NewEventFd().Number, (IOEvents)0x4000_0000).Subscribe(_ => { }, errors.Add);
        });
        using var outside = Loop.ObserveEvents(fd, IOEvents.Read).Subscribe(_ => { }, errors.Add);
        RunTurns(1);
        errors[0].ShouldBeOfType<IOException>().Message.ShouldContain($"{fd}");
        errors[1].ShouldBeOfType<ArgumentException>();
        errors[2].ShouldBeOfType<IOException>();
        errors.Count.ShouldBe(3);
    }

    [Fact]
    public void A_second_subscription_of_a_descriptor_fails_and_the_first_one_stays()
    {
        var counter = NewEventFd(signalled: true);
        Exception? failure = null;
        int seen = 0;
        InLoop(() =>
        {
            Loop.ObserveEvents(counter.Number, IOEvents.Read).Take(3).Subscribe(_ => seen++);
            var second = Loop.ObserveEvents(counter.Number, IOEvents.Read).Subscribe(_ => { }, error => failure = error);
            second.Dispose();
        });
        OtherThread.Run(() => Loop.ObserveEvents(counter.Number, IOEvents.Read).Subscribe(_ => { }, _ => { }).Dispose());
        RunTurns(4);
        failure.ShouldBeOfType<InvalidOperationException>();
        seen.ShouldBe(3);
    }

    [Fact]
    public void An_observer_that_throws_is_reported_loses_its_subscription_and_ends_no_loop()
    {
        Failures.Expected = true;
        var counter = NewEventFd(signalled: true);
        int seen = 0;
        Loop.ObserveEvents(counter.Number, IOEvents.Read).Subscribe(_ =>
        {
            seen++;
            throw new TestException();
        });
        RunTurns(4);
        seen.ShouldBe(1);
        Failures.All.Count.ShouldBe(1);
        Failures.All[0].Exception.ShouldBeOfType<TestException>();
        InLoop(() => IsFree(counter.Number).ShouldBeTrue());
    }

    [Fact]
    public void A_failure_that_nobody_handles_is_reported_and_ends_no_loop()
    {
        Failures.Expected = true;
        Loop.ObserveEvents(Descriptors.Unused(), IOEvents.Read).Subscribe(_ => { });
        RunTurns(2);
        Failures.All.Count.ShouldBe(1);
        Failures.All[0].Exception.ShouldBeOfType<IOException>();
    }

    [Fact]
    public void A_closed_loop_is_an_error_and_disposing_afterwards_is_harmless()
    {
        var counter = NewEventFd(signalled: true);
        var errors = new List<Exception>();
        IDisposable? subscription = null;
        InLoop(() => subscription = Loop.ObserveEvents(counter.Number, IOEvents.Read).Subscribe(_ => { }));
        Loop.Close();
        subscription!.Dispose();
        Loop.ObserveEvents(counter.Number, IOEvents.Read).Subscribe(_ => { }, errors.Add).Dispose();
        Loop.ObserveReads(counter.Number).Subscribe(_ => { }, errors.Add).Dispose();
        errors.Count.ShouldBe(2);
        errors.ShouldAllBe(error => error is ObjectDisposedException);
    }

    [Fact]
    public void Notifications_run_in_the_context_of_the_subscriber()
    {
        var counter = NewEventFd(signalled: true);
        var local = new AsyncLocal<string?> { Value = "subscriber" };
        string? seen = null;
        using var subscription = Loop.ObserveEvents(counter.Number, IOEvents.Read).Take(1).Subscribe(_ => seen = local.Value, Loop.Stop);
        local.Value = "later";
        Run("an event");
        seen.ShouldBe("subscriber");
    }

    [Fact]
    public void An_event_allocates_nothing()
    {
        var counter = NewEventFd(signalled: true);
        var meter = new AllocationMeter();
        using var subscription = Loop.ObserveEvents(counter.Number, IOEvents.Read).Subscribe(_ =>
        {
            if (meter.IsDone())
                Loop.Stop();
        });
        Run("many events");
        meter.Best.ShouldBe(0);
    }

    [Fact]
    public void Nulls_and_empty_buffers_are_refused_by_name()
    {
        Should.Throw<ArgumentNullException>(() => LoopObservable.ObserveEvents(null!, 0, IOEvents.Read)).ParamName.ShouldBe("loop");
        Should.Throw<ArgumentNullException>(() => LoopObservable.ObserveReads(null!, 0)).ParamName.ShouldBe("loop");
        Should.Throw<ArgumentNullException>(() => LoopObservable.ObserveSignal(null!, default)).ParamName.ShouldBe("loop");
        Should.Throw<ArgumentOutOfRangeException>(() => Loop.ObserveReads(0, 0)).ParamName.ShouldBe("bufferSize");
    }
}
