using System.Diagnostics;
using System.Runtime.CompilerServices;
using Shouldly;
using Xunit;

namespace IOLoops.Conformance;

public abstract partial class LoopConformance
{
    private static int s_names;

    private readonly string _metered = $"metered {Interlocked.Increment(ref s_names)}";

    [Fact]
    public void What_a_loop_has_done_is_counted_also_before_somebody_listens()
    {
        UseMeteredLoop();
        Loop.AddHandler(NewEventFd(signalled: true).Number, (_, _) => { }, IOEvents.Read);
        Loop.CallAt(Loop.Time, () => { });
        RunTurns(10);
        using var measurements = new LoopMeasurements(_metered);
        measurements.Collect("ioloop.turns").ShouldNotBeNull().ShouldBeGreaterThanOrEqualTo(10);
        measurements.Collect("ioloop.callback.calls").ShouldNotBeNull().ShouldBeGreaterThanOrEqualTo(10);
        measurements.Collect("ioloop.handler.calls").ShouldNotBeNull().ShouldBeGreaterThanOrEqualTo(9);
        measurements.Collect("ioloop.timeout.calls").ShouldBe(1);
        measurements.Collect("ioloop.stalls").ShouldBe(0);
        var kind = Loop.GetType();
        while (!kind.IsVisible)
            kind = kind.BaseType!;
        measurements.Kind.ShouldBe(kind.Name);
    }

    [Fact]
    public void What_waits_is_counted_from_any_thread()
    {
        UseMeteredLoop();
        using var measurements = new LoopMeasurements(_metered);
        Loop.AddHandler(NewEventFd().Number, (_, _) => { }, IOEvents.Read);
        Loop.AddHandler(NewEventFd().Number, (_, _) => { }, IOEvents.Read);
        Loop.CallLater(Hour, () => { });
        var removed = Loop.CallLater(Hour, () => { });
        Loop.RemoveTimeout(removed);
        Loop.AddCallback(() => { });
        Loop.AddCallback(static _ => { }, 1);
        Loop.AddCallbackFromSignal(() => { });
        OtherThread.Run(() =>
        {
            measurements.Collect("ioloop.descriptor.registered").ShouldBe(2);
            measurements.Collect("ioloop.timeout.pending").ShouldBe(1);
            measurements.Collect("ioloop.callback.queued").ShouldBe(3);
        });
        double? inBatch = null;
        Loop.AddCallback(() => inBatch = measurements.Collect("ioloop.callback.queued"));
        Loop.AddCallback(static _ => { }, 1);
        Loop.AddCallback(() => { });
        RunTurns(2);
        inBatch.ShouldNotBeNull().ShouldBeGreaterThanOrEqualTo(2);
        measurements.Collect("ioloop.callback.queued").ShouldBe(0);
    }

    [Fact]
    public void How_long_handlers_take_is_measured_in_seconds_while_somebody_listens()
    {
        UseMeteredLoop();
        using var measurements = new LoopMeasurements(_metered);
        int calls = 0;
        var ready = NewEventFd(signalled: true);
        Loop.AddHandler(ready.Number, (fd, _) =>
        {
            Spin(Moment);
            if (++calls == 3)
                Loop.RemoveHandler(fd);
        }, IOEvents.Read);
        RunTurns(10);
        var seconds = measurements.Recorded("ioloop.handler.duration");
        seconds.Count.ShouldBe(3);
        seconds.ShouldAllBe(value => value >= Moment.TotalSeconds && value < 10);
        measurements.Collect("ioloop.poll.time").ShouldNotBeNull().ShouldBeGreaterThan(0);
    }

    [Fact]
    public void A_loop_that_sleeps_is_measured_from_the_turn_after_it_wakes()
    {
        UseMeteredLoop();
        var ready = NewEventFd();
        using var handled = new AutoResetEvent(false);
        Loop.AddHandler(ready.Number, (_, _) =>
        {
            ready.Drain();
            handled.Set();
        }, IOEvents.Read);
        int measured = 0;
        var other = OtherThread.Start(() =>
        {
            Signal();
            using var measurements = new LoopMeasurements(_metered);
            for (int i = 0; i < 10; i++) // a loop that does not sleep meanwhile has not asked yet; a hosted one handles a few in one go
                Signal();
            measured = measurements.Recorded("ioloop.handler.duration").Count;
            Loop.Stop();
        });
        Run("signals of another thread");
        other.Join();
        measured.ShouldBeGreaterThan(0);

        void Signal()
        {
            ready.Signal();
            handled.WaitOne(Patience).ShouldBeTrue();
        }
    }

    [Fact]
    public void How_long_a_callback_has_waited_is_measured_while_somebody_listens()
    {
        UseMeteredLoop();
        using var measurements = new LoopMeasurements(_metered);
        At(1, () =>
        {
            OtherThread.Run(() => Loop.AddCallback(() => { }));
            Spin(Moment);
            OtherThread.Run(() => Loop.AddCallback(() => { }));
        });
        RunTurns(3);
        measurements.Recorded("ioloop.callback.lag").ShouldContain(value => value >= Moment.TotalSeconds && value < 10);
    }

    [Fact]
    public void How_long_a_callback_has_waited_does_not_count_from_an_earlier_one()
    {
        UseMeteredLoop();
        using var measurements = new LoopMeasurements(_metered);
        long posted = 0;
        TimeSpan passed = default;
        At(1, () => OtherThread.Run(() => Loop.AddCallback(() => { })));
        At(3, () =>
        {
            Spin(Moment);
            posted = Stopwatch.GetTimestamp();
            OtherThread.Run(() => Loop.AddCallback(() => passed = Stopwatch.GetElapsedTime(posted)));
        });
        RunTurns(5);
        passed.ShouldNotBe(default);
        measurements.Recorded("ioloop.callback.lag").Last().ShouldBeLessThanOrEqualTo(passed.TotalSeconds);
    }

    [Fact]
    public void A_handler_that_fails_is_measured_too()
    {
        Failures.Expected = true;
        UseMeteredLoop();
        using var measurements = new LoopMeasurements(_metered);
        Loop.AddHandler(NewEventFd(signalled: true).Number, (fd, _) =>
        {
            Loop.RemoveHandler(fd);
            throw new TestException();
        }, IOEvents.Read);
        RunTurns(2);
        measurements.Recorded("ioloop.handler.duration").Count.ShouldBe(1);
    }

    [Fact]
    public void A_stall_is_counted()
    {
        UseMeteredLoop();
        using var measurements = new LoopMeasurements(_metered);
        using var reported = new ManualResetEventSlim();
        Loop.SetBlockingSignalThreshold(BlockingThreshold, _ => reported.Set());
        Loop.AddCallback(() =>
        {
            Bounded.Await(reported, "the report of a callback that blocks");
            Loop.Stop();
        });
        Run("a callback that blocks");
        measurements.Collect("ioloop.stalls").ShouldBe(1);
    }

    [Fact]
    public void A_closed_loop_has_no_metrics()
    {
        UseMeteredLoop();
        using var measurements = new LoopMeasurements(_metered);
        measurements.Collect("ioloop.turns").ShouldBe(0);
        Loop.Close();
        measurements.Collect("ioloop.turns").ShouldBeNull();
    }

    [Fact]
    public void A_loop_that_is_measured_and_forgotten_is_collectable()
    {
        using var measurements = new LoopMeasurements(_metered);
        Collected(Forget());
        measurements.Collect("ioloop.turns").ShouldBeNull();

        [MethodImpl(MethodImplOptions.NoInlining)]
        WeakReference Forget()
        {
            var loop = Fixture.Create(new IOLoopOptions { Name = _metered });
            measurements.Collect("ioloop.turns").ShouldBe(0);
            return new WeakReference(loop);
        }
    }

    [Fact]
    public void Measuring_allocates_nothing_in_turns()
    {
        using var measurements = new LoopMeasurements("no loop's name");
        Loop.AddHandler(NewEventFd(signalled: true).Number, (_, _) =>
        {
            if (Meter.IsDone())
                Loop.Stop();
        }, IOEvents.Read);
        MeasureToStop("calls of handlers that are measured");
    }

    private void UseMeteredLoop() => UseLoop(NewLoop(new IOLoopOptions { Name = _metered }));

    private static void Spin(TimeSpan time)
    {
        long from = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(from) < time)
            Thread.SpinWait(100);
    }
}
