using System.Diagnostics.Metrics;
using System.Globalization;

namespace IOLoops.Samples;

/// <summary>
/// Listens to the meter of the loops, as an exporter would, and prints what it has heard. (<c>dotnet-counters monitor
/// --counters IOLoop</c> shows the same of a process that does not.)
/// </summary>
internal sealed class Metrics : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly Dictionary<Instrument, double> _collected = [];
    private readonly Dictionary<Instrument, Summary> _recorded = [];
    private readonly Lock _gate = new(); // of both: measurements come on the threads of loops
    private string? _loop;

    internal Metrics()
    {
        _listener.InstrumentPublished = static (instrument, listener) =>
        {
            if (instrument.Meter.Name == "IOLoop")
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Note(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Note(instrument, value, tags));
        _listener.Start();
    }

    /// <summary>To be called before the loop is closed: a closed loop has no metrics.</summary>
    internal void Print()
    {
        _listener.RecordObservableInstruments();
        lock (_gate)
        {
            Say($"metrics of {_loop}");
            foreach (var (instrument, value) in _collected.OrderBy(pair => pair.Key.Name))
                Say($"  {instrument.Name,-30} {value,14:#,0.######} {instrument.Unit}");
            foreach (var (instrument, summary) in _recorded.OrderBy(pair => pair.Key.Name))
                Say($"  {instrument.Name,-30} {summary.Count,14:N0} times, mean {summary.Sum / summary.Count * 1e6:N1} us, most {summary.Most * 1e6:N1} us");
        }
    }

    public void Dispose() => _listener.Dispose();

    private void Note(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        lock (_gate)
        {
            foreach (var (key, text) in tags)
            {
                if (key == "ioloop.kind")
                    _loop = (string?)text;
            }
            if (instrument.IsObservable)
                _collected[instrument] = value;
            else
                _recorded[instrument] = _recorded.GetValueOrDefault(instrument).Add(value);
        }
    }

    private static void Say(FormattableString line)
    {
        Console.Out.WriteLine(line.ToString(CultureInfo.InvariantCulture));
        Console.Out.Flush();
    }

    private readonly record struct Summary(long Count, double Sum, double Most)
    {
        internal Summary Add(double value) => new(Count + 1, Sum + value, Math.Max(Most, value));
    }
}
