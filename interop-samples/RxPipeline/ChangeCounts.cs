namespace IOLoops.Samples;

/// <summary>How often what has happened to a file.</summary>
internal readonly record struct ChangeCounts
{
    internal int Created { get; init; }

    /// <summary>A change of the contents counts once when it follows another one that has not been looked at yet.</summary>
    internal int Modified { get; init; }

    /// <summary>Closed by a writer: complete, for now.</summary>
    internal int Written { get; init; }

    internal int MovedAway { get; init; }

    internal int MovedHere { get; init; }

    internal int Deleted { get; init; }

    internal int Total => Created + Modified + Written + MovedAway + MovedHere + Deleted;

    internal ChangeCounts After(FileChangeKind change) => change switch
    {
        FileChangeKind.Created => this with { Created = Created + 1 },
        FileChangeKind.Modified => this with { Modified = Modified + 1 },
        FileChangeKind.Written => this with { Written = Written + 1 },
        FileChangeKind.MovedAway => this with { MovedAway = MovedAway + 1 },
        FileChangeKind.MovedHere => this with { MovedHere = MovedHere + 1 },
        _ => this with { Deleted = Deleted + 1 },
    };

    public static ChangeCounts operator +(ChangeCounts left, ChangeCounts right) => new()
    {
        Created = left.Created + right.Created,
        Modified = left.Modified + right.Modified,
        Written = left.Written + right.Written,
        MovedAway = left.MovedAway + right.MovedAway,
        MovedHere = left.MovedHere + right.MovedHere,
        Deleted = left.Deleted + right.Deleted,
    };
}
