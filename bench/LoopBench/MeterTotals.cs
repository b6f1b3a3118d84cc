using System.Diagnostics.Metrics;

namespace LoopBench;

/// <summary>Listens to all metrics of loops, as an exporter does: adds up what is measured, and collects once a second.</summary>
internal static class MeterTotals
{
    private static MeterListener? s_listener;
    private static Timer? s_collecting;
    private static double s_sum;
    private static long s_count;

    internal static void Listen()
    {
        if (s_listener is not null)
            return;
        s_listener = new MeterListener
        {
            InstrumentPublished = static (instrument, listener) =>
            {
                if (instrument.Meter.Name == "IOLoop")
                    listener.EnableMeasurementEvents(instrument);
            },
        };
        s_listener.SetMeasurementEventCallback<double>(static (_, value, _, _) =>
        {
            s_sum += value;
            s_count++;
        });
        s_listener.SetMeasurementEventCallback<long>(static (_, _, _, _) => s_count++);
        s_listener.Start();
        s_collecting = new Timer(static _ => s_listener.RecordObservableInstruments(), null, 1000, 1000);
    }
}
