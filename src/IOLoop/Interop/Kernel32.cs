using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace IOLoops.Interop;

/// <summary>Waits of the system's thread pool, which need no thread per handle, and timers that it waits for.</summary>
[SupportedOSPlatform("windows")]
internal static unsafe partial class Kernel32
{
    internal const uint HighResolution = 2;       // CREATE_WAITABLE_TIMER_HIGH_RESOLUTION: Windows 10 1803
    internal const uint TimerAccess = 0x00100002; // SYNCHRONIZE | TIMER_MODIFY_STATE

    internal const uint Signalled = 0;            // WAIT_OBJECT_0
    internal const uint TimedOut = 258;           // WAIT_TIMEOUT

    private const string Library = "kernel32.dll";

    /// <param name="callback">PTP_WAIT_CALLBACK: instance, context, wait, result.</param>
    /// <param name="context">Its second argument.</param>
    /// <param name="environment">Null: the pool of the process.</param>
    [LibraryImport(Library)]
    internal static partial nint CreateThreadpoolWait(delegate* unmanaged<nint, nint, nint, uint, void> callback, nint context, nint environment);

    /// <summary>Waits for a handle once, or, with a null handle, no longer.</summary>
    [LibraryImport(Library)]
    internal static partial void SetThreadpoolWait(nint wait, nint handle, long* timeout);

    [LibraryImport(Library)]
    internal static partial void WaitForThreadpoolWaitCallbacks(nint wait, int cancelPending);

    /// <summary>Frees the wait when the callbacks that are under way have returned. It may be called inside one.</summary>
    [LibraryImport(Library)]
    internal static partial void CloseThreadpoolWait(nint wait);

    [LibraryImport(Library)]
    internal static partial uint WaitForSingleObject(nint handle, uint milliseconds);

    [LibraryImport(Library)]
    internal static partial nint CreateWaitableTimerExW(nint security, char* name, uint flags, uint access);

    [LibraryImport(Library)]
    internal static partial int SetWaitableTimer(nint timer, long* due, int period, nint routine, nint argument, int resume);
}
