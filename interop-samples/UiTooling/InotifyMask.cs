namespace IOLoops.Samples;

/// <summary>The bits of inotify(7) that are used here.</summary>
[Flags]
internal enum InotifyMask : uint
{
    None = 0,
    Modify = 0x2,
    MovedFrom = 0x40,
    MovedTo = 0x80,
    Create = 0x100,
    Delete = 0x200,

    /// <summary>The kernel's queue was full: events are lost. Comes unasked, of no folder.</summary>
    QueueOverflow = 0x4000,

    /// <summary>The watch has ended, because the folder has gone. Comes unasked.</summary>
    Ignored = 0x8000,

    OnlyDirectory = 0x0100_0000,
}
