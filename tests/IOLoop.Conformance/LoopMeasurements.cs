using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace IOLoops.Conformance;

/// <summary>Listens to the metrics of one loop, known by its name, as an exporter would.</summary>
public sealed class LoopMeasurements : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly string _loop;
    private readonly ConcurrentDictionary<string, double> _last = [];
    private readonly ConcurrentDictionary<string, ConcurrentQueue<double>> _all = [];

    /// <param name="loop">The loop's name, which no other has.</param>
    /// <param name="instruments">Which to listen to; none: all.</param>
    public LoopMeasurements(string loop, params string[] instruments)
    {
        _loop = loop;
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == "IOLoop" && (instruments.Length == 0 || instruments.Contains(instrument.Name)))
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Note(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Note(instrument, value, tags));
        _listener.Start();
    }

    /// <summary>The loop's kind, as its measurements have it.</summary>
    public string? Kind { get; private set; }

    /// <summary>Collects, and returns an observable instrument's value; null: the loop has none.</summary>
    public double? Collect(string instrument)
    {
        _last.Clear();
        _listener.RecordObservableInstruments();
        return _last.TryGetValue(instrument, out double value) ? value : null;
    }

    /// <summary>What a histogram has recorded.</summary>
    public IReadOnlyCollection<double> Recorded(string instrument) => _all.TryGetValue(instrument, out var values) ? values : [];

    /// <summary>Listens no longer.</summary>
    public void Dispose() => _listener.Dispose();

    // Called on the threads of all loops: for others than the one meant it must allocate nothing.
    private void Note(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        bool isMeant = false;
        string? kind = null;
        foreach (var (key, text) in tags)
        {
            if (key == "ioloop.name")
                isMeant = _loop.Equals(text as string, StringComparison.Ordinal);
            else if (key == "ioloop.kind")
                kind = text as string;
        }
        if (!isMeant)
            return;
        Kind = kind;
        _last[instrument.Name] = value;
        if (instrument is Histogram<double>)
            _all.GetOrAdd(instrument.Name, static _ => []).Enqueue(value);
    }
}
