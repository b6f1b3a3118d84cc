namespace IOLoops.Sources.Interop;

/// <summary>The bits of inotify(7) that are used.</summary>
[Flags]
internal enum InotifyMask : uint
{
    None = 0,
    Modify = 0x2,
    Attributes = 0x4,
    CloseWrite = 0x8,
    MovedFrom = 0x40,
    MovedTo = 0x80,
    Create = 0x100,
    Delete = 0x200,
    MoveSelf = 0x800,

    /// <summary>The kernel's queue was full. Reported of no watch, without being asked for.</summary>
    QueueOverflow = 0x4000,

    /// <summary>The kernel ended the watch: its folder was deleted or unmounted, or the watch removed.</summary>
    Ignored = 0x8000,

    OnlyFolder = 0x0100_0000,

    /// <summary>Without this, a deleted file that is still written to is reported under the name that it had.</summary>
    ExcludeUnlinked = 0x0400_0000,

    IsFolder = 0x4000_0000,
}
