using System.Runtime.InteropServices;

namespace Soak.Workloads;

/// <summary>Owns a descriptor. All that are open are counted.</summary>
internal sealed class ChannelHandle : SafeHandle
{
    private static int s_open;

    internal ChannelHandle(int fd)
        : base(-1, ownsHandle: true)
    {
        SetHandle(fd);
        Interlocked.Increment(ref s_open);
    }

    /// <summary>How many were not released.</summary>
    internal static int Open => Volatile.Read(ref s_open);

    public override bool IsInvalid => handle == -1;

    protected override bool ReleaseHandle()
    {
        Interlocked.Decrement(ref s_open);
        if (handle != int.MaxValue) // a planted fault's, of no descriptor
            Libc.Close((int)handle);
        return true;
    }
}
