using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace LoopBench;

/// <summary>What the benchmarks need of Windows beside its sockets.</summary>
[SupportedOSPlatform("windows")]
internal static unsafe partial class Kernel32
{
    private const string Library = "kernel32.dll";
    private const uint HighResolution = 2; // CREATE_WAITABLE_TIMER_HIGH_RESOLUTION: Windows 10 1803
    private const uint AllAccess = 0x1f0003; // TIMER_ALL_ACCESS
    private const uint Forever = 0xffffffff;
    private const int TicksPerMicrosecond = 10;

    [ThreadStatic]
    private static nint t_timer;

    /// <summary>Sleeps without rounding up to the system's tick, where Windows can.</summary>
    internal static void Sleep(uint microseconds)
    {
        if (t_timer == 0)
            t_timer = OpenTimer();
        long due = -(long)microseconds * TicksPerMicrosecond; // negative: from now
        if (SetWaitableTimer(t_timer, &due, 0, null, null, 0) == 0 || WaitForSingleObject(t_timer, Forever) != 0)
            throw Descriptors.Failure("SetWaitableTimer");
    }

    internal static void BindThisThread(int cpu) => _ = SetThreadAffinityMask(GetCurrentThread(), (nuint)1 << cpu);

    private static nint OpenTimer()
    {
        nint timer = CreateWaitableTimerExW(null, null, HighResolution, AllAccess);
        if (timer == 0)
            timer = CreateWaitableTimerExW(null, null, 0, AllAccess);
        return timer != 0 ? timer : throw Descriptors.Failure("CreateWaitableTimerEx");
    }

    [LibraryImport(Library)]
    private static partial nint CreateWaitableTimerExW(void* attributes, char* name, uint flags, uint access);

    [LibraryImport(Library)]
    private static partial int SetWaitableTimer(nint timer, long* due, int period, void* routine, void* argument, int resume);

    [LibraryImport(Library)]
    private static partial uint WaitForSingleObject(nint handle, uint milliseconds);

    [LibraryImport(Library)]
    private static partial nint GetCurrentThread();

    [LibraryImport(Library)]
    private static partial nuint SetThreadAffinityMask(nint thread, nuint mask);
}
