namespace IOLoops.Samples;

/// <summary>A file has changed, or has not for a while.</summary>
/// <param name="Name">Its name in the folder.</param>
internal sealed record FileNews(string Name) : FolderNews
{
    internal ChangeCounts Counts { get; private init; }

    /// <summary>What has happened last.</summary>
    internal InotifyMask Last { get; private init; }

    /// <summary>Nothing has happened since for <see cref="FolderPipeline.QuietAfter"/>.</summary>
    internal bool IsQuiet { get; init; }

    /// <summary>It has been gone for so long that it is no longer of interest.</summary>
    internal bool IsForgotten { get; init; }

    internal string State => Last switch
    {
        InotifyMask.Delete => "deleted",
        InotifyMask.MovedFrom => "moved",
        _ when Name.EndsWith('/') => "folder",
        InotifyMask.Create or InotifyMask.Modify => IsQuiet ? "paused" : "writing",
        _ => IsQuiet ? "complete" : "written",
    };

    internal FileNews After(InotifyEvent change) => this with { Counts = Counts.After(change.Mask), Last = change.Mask };
}
