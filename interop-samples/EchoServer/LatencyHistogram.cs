using System.Numerics;

namespace IOLoops.Samples;

/// <summary>
/// Counts durations in buckets that are 1/64 of their value wide: any number of them in 30 KB, percentiles right to 2 %.
/// </summary>
internal sealed class LatencyHistogram
{
    private const int PrecisionBits = 6;
    private const int BucketsPerPower = 1 << PrecisionBits;

    private readonly long[] _buckets = new long[(64 - PrecisionBits + 1) * BucketsPerPower];
    private long _count;

    /// <summary>How many were recorded.</summary>
    internal long Count => Interlocked.Read(ref _count);

    /// <summary>Any thread.</summary>
    internal void Record(TimeSpan duration)
    {
        Interlocked.Increment(ref _buckets[BucketOf((ulong)Math.Max(0, duration.Ticks))]);
        Interlocked.Increment(ref _count);
    }

    /// <summary>The duration that a share of all did not exceed.</summary>
    internal TimeSpan Percentile(double share)
    {
        long left = (long)Math.Ceiling(Count * share);
        for (int bucket = 0; bucket < _buckets.Length && left > 0; bucket++)
        {
            left -= Interlocked.Read(ref _buckets[bucket]);
            if (left <= 0)
                return new TimeSpan(UpperEndOf(bucket));
        }
        return TimeSpan.Zero;
    }

    // Small values have a bucket each; above, the leading one bit and the PrecisionBits after it choose.
    private static int BucketOf(ulong ticks)
    {
        int shift = Math.Max(0, BitOperations.Log2(ticks | 1) - PrecisionBits);
        return (shift * BucketsPerPower) + (int)(ticks >> shift);
    }

    private static long UpperEndOf(int bucket)
    {
        int shift = Math.Max(0, (bucket / BucketsPerPower) - 1);
        long leading = bucket - ((long)shift * BucketsPerPower);
        return ((leading + 1) << shift) - 1;
    }
}
