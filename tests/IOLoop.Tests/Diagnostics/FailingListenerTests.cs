using System.Diagnostics;
using System.Diagnostics.Metrics;
using IOLoops.Conformance;
using IOLoops.Tests.Stress;
using Shouldly;
using Xunit;

namespace IOLoops.Tests.Diagnostics;

/// <summary>Who listens to metrics and spans is called inside turns. It hears all loops of the process, so nothing runs beside these.</summary>
[Collection(nameof(Alone))]
public sealed class FailingListenerTests : IDisposable
{
    private const int Turns = 3;

    private readonly CollectingLoggerFactory _log = new();
    private readonly PollIOLoop _loop;
    private readonly EventFd _ready = new();
    private int _calls;

    public FailingListenerTests()
    {
        _loop = new PollIOLoop(new PollIOLoopOptions { Name = "orders", LoggerFactory = _log });
        _loop.AddHandler(_ready.Number, (_, _) => _calls++, IOEvents.Write);
    }

    [Fact]
    public void A_metrics_listener_that_throws_ends_no_loop_keeps_no_handler_from_being_called_and_is_logged_once()
    {
        using (var listener = new MeterListener())
        {
            listener.InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == "IOLoop")
                    listener.EnableMeasurementEvents(instrument);
            };
            listener.SetMeasurementEventCallback<double>(static (_, _, _, _) => throw new TestException());
            listener.Start();
            GoesOn();
        }
    }

    [Fact]
    public void A_listener_that_throws_when_a_span_is_sampled_is_logged_once()
    {
        using (Listen(new ActivityListener { Sample = static (ref _) => throw new TestException() }))
            GoesOn();
    }

    [Fact]
    public void A_listener_that_throws_when_a_span_begins_is_logged_once()
    {
        using (Listen(new ActivityListener { Sample = All, ActivityStarted = static _ => throw new TestException() }))
            GoesOn();
    }

    [Fact]
    public void A_listener_that_throws_when_a_span_ends_is_logged_once()
    {
        using (Listen(new ActivityListener { Sample = All, ActivityStopped = static _ => throw new TestException() }))
            GoesOn();
    }

    public void Dispose()
    {
        _loop.Close();
        _ready.Dispose();
        _log.Dispose();
    }

    private static ActivitySamplingResult All(ref ActivityCreationOptions<ActivityContext> options) => ActivitySamplingResult.AllData;

    private static ActivityListener Listen(ActivityListener listener)
    {
        listener.ShouldListenTo = static source => source.Name == "IOLoop";
        ActivitySource.AddActivityListener(listener);
        return listener;
    }

    private void GoesOn()
    {
        int posted = 0;
        for (int i = 0; i < Turns; i++)
        {
            OtherThread.Run(() => _loop.AddCallback(() => posted++));
            _loop.RunOnce(TimeSpan.Zero);
        }
        posted.ShouldBe(Turns);
        _calls.ShouldBe(Turns);
        Activity.Current.ShouldBeNull();
        _log.Entries.ShouldHaveSingleItem().Exception.ShouldBeOfType<TestException>();
    }
}
