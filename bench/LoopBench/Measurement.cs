using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.Versioning;

namespace LoopBench;

/// <summary>What all workloads measure with.</summary>
internal static class Measurement
{
    private const long NanosecondsPerSecond = 1_000_000_000;

    // Compiled code has both as constants. The Stopwatch counts nanoseconds on Linux, units of 100 ns on Windows.
    private static readonly bool CountsNanoseconds = Stopwatch.Frequency == NanosecondsPerSecond;
    private static readonly double NanosecondsPerUnit = (double)NanosecondsPerSecond / Stopwatch.Frequency;

    /// <summary>Nanoseconds of the monotonic clock.</summary>
    internal static long Now => CountsNanoseconds ? Stopwatch.GetTimestamp() : (long)(Stopwatch.GetTimestamp() * NanosecondsPerUnit);

    /// <summary>Bytes that all threads have allocated until now.</summary>
    internal static long Allocated => GC.GetTotalAllocatedBytes(precise: true);

    internal static double Seconds(long from, long to) => (to - from) / (double)NanosecondsPerSecond;

    /// <summary>Between warm-up rounds: time for the tiered compiler, then a collection.</summary>
    internal static void Settle()
    {
        Thread.Sleep(150);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
    }

    /// <summary>Lets the calling thread sleep that long, or a little longer.</summary>
    internal static void Sleep(uint microseconds)
    {
        if (OperatingSystem.IsWindows())
            Kernel32.Sleep(microseconds);
        else
            _ = Libc.usleep(microseconds);
    }

    /// <summary>Moves every thread that there is to one CPU. One that feeds the loop then moves itself away.</summary>
    internal static void BindAllThreads(int cpu)
    {
        if (OperatingSystem.IsWindows())
        {
            BindAllThreadsOnWindows(cpu);
            return;
        }
        foreach (string thread in Directory.GetDirectories("/proc/self/task"))
            Libc.BindThread(int.Parse(Path.GetFileName(thread), CultureInfo.InvariantCulture), cpu);
    }

    internal static void BindThisThread(int cpu)
    {
        if (OperatingSystem.IsWindows())
            Kernel32.BindThisThread(cpu);
        else
            Libc.BindThread(0, cpu);
    }

    [SupportedOSPlatform("windows")]
    private static void BindAllThreadsOnWindows(int cpu)
    {
        using var process = Process.GetCurrentProcess();
        foreach (ProcessThread thread in process.Threads)
        {
            try
            {
                thread.ProcessorAffinity = (nint)1 << cpu;
            }
            catch (Exception failure) when (failure is Win32Exception or InvalidOperationException)
            {
                // It has ended meanwhile.
            }
        }
    }
}
