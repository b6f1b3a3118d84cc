using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace IOLoops.Conformance;

/// <summary>Handles of Windows that .NET has no names for.</summary>
internal static unsafe partial class Kernel32
{
    private const string Library = "kernel32.dll";
    private const uint AllAccess = 0x1f0003;  // TIMER_ALL_ACCESS
    private const uint ModifyState = 0x2;     // EVENT_MODIFY_STATE, without SYNCHRONIZE

    /// <summary>A waitable timer that is signalled once for each time that it is due.</summary>
    internal static SafeWaitHandle NewTimer() => new(CreateWaitableTimerExW(0, 0, 0, AllAccess), ownsHandle: true);

    internal static void SetDue(SafeWaitHandle timer, TimeSpan delay, int periodMilliseconds = 0)
    {
        long due = -delay.Ticks;
        if (SetWaitableTimer(timer.DangerousGetHandle(), &due, periodMilliseconds, 0, 0, 0) == 0)
            throw new InvalidOperationException("SetWaitableTimer");
    }

    /// <summary>A handle of the same event that may set it and not wait for it.</summary>
    internal static SafeWaitHandle WithoutWaiting(SafeHandle handle)
    {
        nint copy;
        if (DuplicateHandle(-1, handle.DangerousGetHandle(), -1, &copy, ModifyState, 0, 0) == 0)
            throw new InvalidOperationException("DuplicateHandle");
        return new SafeWaitHandle(copy, ownsHandle: true);
    }

    /// <summary>How many handles this process has open.</summary>
    internal static int CountHandles()
    {
        uint count;
        if (GetProcessHandleCount(-1, &count) == 0)
            throw new InvalidOperationException("GetProcessHandleCount");
        return (int)count;
    }

    [LibraryImport(Library)]
    private static partial nint CreateWaitableTimerExW(nint security, nint name, uint flags, uint access);

    [LibraryImport(Library)]
    private static partial int SetWaitableTimer(nint timer, long* due, int period, nint routine, nint argument, int resume);

    [LibraryImport(Library)]
    private static partial int DuplicateHandle(nint source, nint handle, nint target, nint* copy, uint access, int inherit, uint options);

    [LibraryImport(Library)]
    private static partial int GetProcessHandleCount(nint process, uint* count);
}
