using IOLoops.Sources;

namespace IOLoops.Samples;

/// <summary>Something has happened to a file.</summary>
/// <param name="Name">Its name in the folder; a folder's ends with a slash.</param>
/// <param name="Kind">What.</param>
internal readonly record struct FileChange(string Name, FileChangeKind Kind)
{
    /// <summary>Whether no file has the name after this.</summary>
    internal bool IsGone => Kind is FileChangeKind.Deleted or FileChangeKind.MovedAway;

    /// <summary>A move is two: of the name that no file has after it, and of the new one.</summary>
    internal static FileChange[] From(FolderChange change)
    {
        FileChange Of(string path, FileChangeKind kind) => new(Path.GetFileName(path) + (change.IsFolder ? "/" : ""), kind);
        return change.Kind switch
        {
            FolderChangeKind.Created => [Of(change.Path, FileChangeKind.Created)],
            FolderChangeKind.Modified => [Of(change.Path, FileChangeKind.Modified)],
            FolderChangeKind.Written => [Of(change.Path, FileChangeKind.Written)],
            FolderChangeKind.Deleted => [Of(change.Path, FileChangeKind.Deleted)],
            FolderChangeKind.Moved => [Of(change.OldPath!, FileChangeKind.MovedAway), Of(change.Path, FileChangeKind.MovedHere)],
            _ => [],
        };
    }
}
