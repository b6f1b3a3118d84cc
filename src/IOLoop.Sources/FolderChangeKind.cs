namespace IOLoops.Sources;

/// <summary>What happened in a watched folder.</summary>
public enum FolderChangeKind
{
    /// <summary>A file or folder appeared: it was created, linked, or moved here from a folder that is not watched.</summary>
    Created,

    /// <summary>The content of a file was changed. Reported once, however often it happens, until the consumer takes the change.</summary>
    Modified,

    /// <summary>A file that was open for writing was closed: its writer has finished. A file may have several writers.</summary>
    Written,

    /// <summary>Permissions, owner, times, extended attributes or the number of links changed.</summary>
    AttributesChanged,

    /// <summary>A file or folder disappeared: it was deleted, or moved to a folder that is not watched.</summary>
    Deleted,

    /// <summary>A file or folder was renamed or moved between watched folders. It replaces what had the new name.</summary>
    Moved,

    /// <summary>
    /// A folder that was given to <see cref="FolderWatch.Add"/> was deleted, moved or unmounted, and is no longer watched under this path.
    /// </summary>
    FolderGone,

    /// <summary>
    /// Changes were lost, because the consumer or the loop was too slow: list the folders again. Everything is still watched, and
    /// what changes from now on is reported.
    /// </summary>
    Overflow,
}
