namespace IOLoops.Sources.Interop;

/// <summary>What <see cref="Spawner"/> is to start.</summary>
internal sealed class SpawnRequest
{
    /// <summary>Where the program is; a relative path counts from the working directory.</summary>
    internal required string Path { get; init; }

    /// <summary>The arguments, the first of which names the program.</summary>
    internal required IReadOnlyList<string> Arguments { get; init; }

    /// <summary>Each as NAME=value.</summary>
    internal required IReadOnlyList<string> Environment { get; init; }

    internal string? WorkingDirectory { get; init; }

    internal bool NewSession { get; init; }

    internal bool NewProcessGroup { get; init; }

    /// <summary>What becomes the standard streams, each at least 3, so that none is overwritten while they take their places; null: inherited.</summary>
    internal required IReadOnlyList<int?> Sources { get; init; }

    /// <summary>Whether standard error goes where standard output goes.</summary>
    internal bool ErrorIsOutput { get; init; }

    /// <summary>The terminal that all three are, which becomes the controlling one of a new session; else null.</summary>
    internal string? Terminal { get; init; }
}
