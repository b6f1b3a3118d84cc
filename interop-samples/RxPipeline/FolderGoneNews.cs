namespace IOLoops.Samples;

/// <summary>The folder was deleted, or its file system unmounted: nothing more will come.</summary>
internal sealed record FolderGoneNews : FolderNews;
