using System.Diagnostics;
using System.Globalization;

namespace LoopBench;

/// <summary>What all workloads measure with.</summary>
internal static class Measurement
{
    private const double TimestampsPerSecond = 1e9; // Stopwatch counts nanoseconds on Linux

    /// <summary>Nanoseconds of the monotonic clock.</summary>
    internal static long Now => Stopwatch.GetTimestamp();

    /// <summary>Bytes that all threads have allocated until now.</summary>
    internal static long Allocated => GC.GetTotalAllocatedBytes(precise: true);

    internal static double Seconds(long from, long to) => (to - from) / TimestampsPerSecond;

    /// <summary>Between warm-up rounds: time for the tiered compiler, then a collection.</summary>
    internal static void Settle()
    {
        Thread.Sleep(150);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
    }

    /// <summary>Moves every thread that there is to one CPU. One that feeds the loop then moves itself away.</summary>
    internal static void BindAllThreads(int cpu)
    {
        foreach (string thread in Directory.GetDirectories("/proc/self/task"))
            Libc.BindThread(int.Parse(Path.GetFileName(thread), CultureInfo.InvariantCulture), cpu);
    }

    internal static void BindThisThread(int cpu) => Libc.BindThread(0, cpu);
}
