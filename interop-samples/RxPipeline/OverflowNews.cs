namespace IOLoops.Samples;

/// <summary>The kernel's queue was full, and events are lost, nobody knows how many: all counts are too low from now on.</summary>
internal sealed record OverflowNews : FolderNews;
