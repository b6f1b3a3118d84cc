namespace IOLoops.Samples;

/// <summary>What can happen to a file.</summary>
internal enum FileChangeKind
{
    Created,
    Modified,
    Written,
    MovedAway,
    MovedHere,
    Deleted,
}
