using System.Runtime.Versioning;
using IOLoops.Interop;
using Microsoft.Win32.SafeHandles;

namespace IOLoops.Hosting;

/// <summary>The end of the thread that made it, as something to wait for.</summary>
[SupportedOSPlatform("windows")]
internal sealed class ThreadEnd : WaitHandle
{
    private const uint Synchronize = 0x0010_0000; // SYNCHRONIZE

    internal ThreadEnd() => SafeWaitHandle = new SafeWaitHandle(User32.OpenThread(Synchronize, 0, User32.GetCurrentThreadId()), ownsHandle: true);
}
