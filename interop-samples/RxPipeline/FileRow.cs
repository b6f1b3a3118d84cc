namespace IOLoops.Samples;

/// <summary>What is known of a file.</summary>
/// <param name="News">The latest of it.</param>
/// <param name="Rate">Changes in the last second.</param>
/// <param name="Change">Counts all changes of the folder: the greater, the later this file changed.</param>
internal sealed record FileRow(FileNews News, int Rate, long Change);
