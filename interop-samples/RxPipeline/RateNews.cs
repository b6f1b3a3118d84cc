namespace IOLoops.Samples;

/// <summary>How much has happened in the last second.</summary>
/// <param name="PerFile">Changes per second of the files that had any.</param>
internal sealed record RateNews(IReadOnlyDictionary<string, int> PerFile) : FolderNews;
