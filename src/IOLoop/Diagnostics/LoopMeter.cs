using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace IOLoops.Diagnostics;

/// <summary>
/// The metrics of all loops. Counters are read from the loops when a listener collects; only what needs a clock is measured by
/// the loops, and only while a listener is attached.
/// </summary>
internal sealed class LoopMeter
{
    internal const string MeterName = "IOLoop";

    // From 10 µs, about what a handler takes that does something, to the 10 s of a loop that is as good as dead.
    private static readonly double[] Seconds = [1e-5, 2.5e-5, 5e-5, 1e-4, 2.5e-4, 5e-4, 1e-3, 2.5e-3, 5e-3, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

    private static readonly Meter Meter = new(MeterName);

    private LoopMeter()
    {
        CallbackLag = Histogram("ioloop.callback.lag", "How long a callback that another thread added has waited for its turn to begin; one value per turn, of the callback that waited longest. Not of AddCallbackFromSignal, which asks no clock.");
        HandlerDuration = Histogram("ioloop.handler.duration", "How long calls of descriptors' handlers took.");
        PollTime = Meter.CreateObservableCounter("ioloop.poll.time", PollTimes, "s", "How long loops have waited for something to do, or asked whether descriptors are ready, while this is listened to. Of hosted loops also what their hosts did meanwhile.");
        Count("ioloop.turns", "{turn}", "Turns.", static core => core.Counters.Turns);
        Count("ioloop.callback.calls", "{call}", "Callbacks that were called.", static core => core.Counters.Callbacks);
        Count("ioloop.timeout.calls", "{call}", "Timeouts that were called.", static core => core.Counters.Timeouts);
        Count("ioloop.handler.calls", "{call}", "Calls of descriptors' handlers.", static core => core.Counters.HandlerCalls);
        Count("ioloop.sleeper.wakeups", "{wakeup}", "How often the sleeper of hosted loops has found a loop's descriptors ready.", static core => Volatile.Read(ref core.Counters.SleeperWakeUps));
        Count("ioloop.stalls", "{stall}", "Calls that took longer than the blocking threshold.", static core => Volatile.Read(ref core.Counters.Stalls));
        Observe("ioloop.callback.queued", "{callback}", "Callbacks that wait.", static core => core.QueueLength);
        Observe("ioloop.descriptor.registered", "{descriptor}", "Descriptors with a handler or a wait.", static core => core.DescriptorCount);
        Observe("ioloop.timeout.pending", "{timeout}", "Timeouts that wait.", static core => core.TimeoutCount);
    }

    internal static LoopMeter Shared { get; } = new();

    internal Histogram<double> CallbackLag { get; }

    internal Histogram<double> HandlerDuration { get; }

    internal ObservableCounter<double> PollTime { get; }

    /// <summary>Spans of handlers. Here and not in a static field, which code that is compiled only once would look up each time.</summary>
    internal ActivitySource Spans { get; } = LoopTracing.Source;

    /// <summary>Whether anyone listens to what costs something.</summary>
    internal bool IsMeasuring => HandlerDuration.Enabled || CallbackLag.Enabled || PollTime.Enabled || Spans.HasListeners();

    private static Histogram<double> Histogram(string name, string description) =>
        Meter.CreateHistogram(name, "s", description, null, new InstrumentAdvice<double> { HistogramBucketBoundaries = Seconds });

    private static void Count(string name, string unit, string description, Func<IObservedLoop, long> value) =>
        Meter.CreateObservableCounter(name, () => Measure(value), unit, description);

    private static void Observe(string name, string unit, string description, Func<IObservedLoop, long> value) =>
        Meter.CreateObservableUpDownCounter(name, () => Measure(value), unit, description);

    private static IEnumerable<Measurement<long>> Measure(Func<IObservedLoop, long> value) =>
        Series().Select(series => new Measurement<long>(series.Sum(value), series.First().Tags));

    private static IEnumerable<Measurement<double>> PollTimes() =>
        Series().Select(static series => new Measurement<double>(
            series.Sum(static core => (double)core.Counters.PollTimeUntilNow() / Stopwatch.Frequency), series.First().Tags));

    /// <summary>Loops of one name and kind are one series of measurements: of two values with the same tags exporters keep one.</summary>
    private static IEnumerable<IGrouping<(string, string), IObservedLoop>> Series() =>
        LoopRegistry.Open().GroupBy(static core => (core.Loop.Name, LoopKind.Of(core.Loop)));
}
