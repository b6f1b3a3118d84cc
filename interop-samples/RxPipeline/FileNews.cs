namespace IOLoops.Samples;

/// <summary>A file has changed, or has not for a while.</summary>
/// <param name="Name">Its name in the folder.</param>
internal sealed record FileNews(string Name) : FolderNews
{
    internal ChangeCounts Counts { get; private init; }

    /// <summary>What has happened last.</summary>
    internal FileChangeKind Last { get; private init; }

    /// <summary>Nothing has happened since for <see cref="FolderPipeline.QuietAfter"/>.</summary>
    internal bool IsQuiet { get; init; }

    /// <summary>It has been gone for so long that it is no longer of interest.</summary>
    internal bool IsForgotten { get; init; }

    internal string State => Last switch
    {
        FileChangeKind.Deleted => "deleted",
        FileChangeKind.MovedAway => "moved",
        _ when Name.EndsWith('/') => "folder",
        FileChangeKind.Created or FileChangeKind.Modified => IsQuiet ? "paused" : "writing",
        _ => IsQuiet ? "complete" : "written",
    };

    internal FileNews After(FileChange change) => this with { Counts = Counts.After(change.Kind), Last = change.Kind };
}
