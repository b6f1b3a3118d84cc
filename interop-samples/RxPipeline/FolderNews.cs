namespace IOLoops.Samples;

/// <summary>What comes out of the pipeline.</summary>
internal abstract record FolderNews;
