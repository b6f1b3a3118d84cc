namespace IOLoops.Samples;

/// <summary>A line of the table.</summary>
internal sealed record TrialResult(string Loop, string Thread, LatencyHistogram Latencies, TimeSpan Elapsed)
{
    internal long RoundTrips => Latencies.Count;

    internal double RoundTripsPerSecond => RoundTrips / Elapsed.TotalSeconds;
}
