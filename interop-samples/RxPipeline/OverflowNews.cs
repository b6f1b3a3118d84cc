namespace IOLoops.Samples;

/// <summary>Too many changes came at once, and an unknown number of them is lost: all counts are too low from now on.</summary>
internal sealed record OverflowNews : FolderNews;
