namespace IOLoops.Interop;

/// <summary>
/// Which file a number stands for, by <c>statx(2)</c> (its layout is the same on all processors), elsewhere by
/// <c>fstat(2)</c>. Tells a number that was
/// closed and opened again from one that is still the same; not for descriptors without an inode of their own, such as
/// eventfds, which all share one.
/// </summary>
internal readonly record struct FileIdentity(ulong Inode, uint DeviceMajor, uint DeviceMinor)
{
    private const int EmptyPath = 0x1000;   // AT_EMPTY_PATH
    private const uint InodeMask = 0x100;   // STATX_INO
    private const int Size = 256;
    private const int InodeOffset = 32;
    private const int DeviceMajorOffset = 136;
    private const int DeviceMinorOffset = 140;

    /// <summary>0 and the identity, or errno.</summary>
    internal static unsafe int Of(int fd, out FileIdentity identity)
    {
        if (!OperatingSystem.IsLinux())
        {
            int failure = FileStatus.Of(fd, out var status);
            identity = status.Identity;
            return failure;
        }
        identity = default;
        byte* buffer = stackalloc byte[Size];
        byte path = 0;
        if (Statx.Call(fd, &path, EmptyPath, InodeMask, buffer) < 0)
            return Errno.Last;
        identity = new FileIdentity(*(ulong*)(buffer + InodeOffset), *(uint*)(buffer + DeviceMajorOffset), *(uint*)(buffer + DeviceMinorOffset));
        return Errno.Ok;
    }
}
