namespace IOLoops.Samples;

/// <summary>There were too many changes at once, and some are lost, nobody knows how many: all counts are too low from now on.</summary>
internal sealed record OverflowNews : FolderNews;
