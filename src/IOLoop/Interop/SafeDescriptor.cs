using Microsoft.Win32.SafeHandles;

namespace IOLoops.Interop;

/// <summary>
/// A descriptor that this library opened. A reference is counted around every call that may come from another thread,
/// so that no call ever reaches a number that was closed and given to someone else.
/// </summary>
internal sealed class SafeDescriptor : SafeHandleMinusOneIsInvalid
{
    internal SafeDescriptor(int fd)
        : base(ownsHandle: true) => SetHandle(fd);

    /// <summary>For the loop's own thread, which alone disposes it.</summary>
    internal int Number => (int)handle;

    protected override bool ReleaseHandle() => Libc.close((int)handle) == 0;
}
