using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace IOLoops.Interop;

/// <summary>A handle of Windows that this library opened: a completion port, a device, a timer.</summary>
[SupportedOSPlatform("windows")]
internal sealed class SafeKernelHandle : SafeHandleZeroOrMinusOneIsInvalid
{
    internal SafeKernelHandle(nint handle)
        : base(ownsHandle: true) => SetHandle(handle);

    /// <summary>For the threads that cannot meet its disposal.</summary>
    internal nint Value => handle;

    protected override bool ReleaseHandle() => CompletionPort.CloseHandle(handle) != 0;
}
