namespace IOLoops.Sources.Interop;

/// <summary>What a descriptor stands for, as far as reading and writing differ.</summary>
internal enum FileKind
{
    /// <summary>An eventfd, inotify, a character device that is no terminal.</summary>
    Other,
    Pipe,
    Socket,
    Terminal,

    /// <summary>A regular file or a block device: always ready, and reading it may wait for a disk.</summary>
    Disk,
}
