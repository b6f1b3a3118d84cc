using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace IOLoops.Interop;

/// <summary>What waits in the message queue of the calling thread behind posted messages: those come first, then input, painting, timers.</summary>
[SupportedOSPlatform("windows")]
internal static class QueueStatus
{
    private const int InvalidFlags = 1004; // ERROR_INVALID_FLAGS: Wine 8 knows neither touch nor pointers

    private static readonly uint Flags = Find();

    /// <summary>Whether input, a paint or a timer waits.</summary>
    internal static bool HasInputPaintOrTimer => User32.GetQueueStatus(Flags) >> 16 != 0; // the lower half: what came since it was last asked

    /// <summary>Whether any message waits, a posted one included.</summary>
    internal static bool HasMessage => User32.GetQueueStatus(Flags | User32.Posted) >> 16 != 0;

    private static uint Find()
    {
        const uint All = User32.OldInput | User32.NewInput | User32.TimerPaintHotkey;
        Marshal.SetLastPInvokeError(0);
        return User32.GetQueueStatus(All) == 0 && Marshal.GetLastPInvokeError() == InvalidFlags ? All & ~User32.NewInput : All;
    }
}
