using System.Diagnostics.Metrics;

namespace IOLoops.Extensions.Hosting;

/// <summary>Reads how many callbacks wait in a loop, from the metrics that every loop has.</summary>
internal static class QueuedCallbacks
{
    /// <summary>Null: the loop is closed, or metrics are switched off in this process.</summary>
    internal static long? Of(IOLoop loop)
    {
        long? queued = null;
        using var listener = new MeterListener();
        listener.InstrumentPublished = static (instrument, listener) =>
        {
            if (instrument is { Name: "ioloop.callback.queued", Meter.Name: "IOLoop" })
                listener.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((_, measurement, tags, _) =>
        {
            if (IsOf(loop, tags))
                queued = measurement;
        });
        listener.Start();
        listener.RecordObservableInstruments();
        return queued;
    }

    private static bool IsOf(IOLoop loop, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var kind = loop.GetType();
        while (!kind.IsVisible) // the loop's own rule
            kind = kind.BaseType!;
        int matches = 0;
        foreach (var (name, value) in tags)
        {
            if ((name == "ioloop.name" && Equals(value, loop.Name)) || (name == "ioloop.kind" && Equals(value, kind.Name)))
                matches++;
        }
        return matches == 2;
    }
}
