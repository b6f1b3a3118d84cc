namespace IOLoops.Samples;

/// <summary>The bits of inotify(7) that are used here.</summary>
[Flags]
internal enum InotifyMask : uint
{
    None = 0,
    Modify = 0x2,
    CloseWrite = 0x8,
    MovedFrom = 0x40,
    MovedTo = 0x80,
    Create = 0x100,
    Delete = 0x200,
    DeleteSelf = 0x400,

    /// <summary>The kernel's queue was full: events are lost. Comes unasked, of no file.</summary>
    QueueOverflow = 0x4000,

    /// <summary>The watch has ended, because the folder or its file system has gone. Comes unasked.</summary>
    Ignored = 0x8000,

    OnlyDirectory = 0x0100_0000,

    /// <summary>Comes with others, when what has changed is a folder.</summary>
    IsDirectory = 0x4000_0000,
}
