namespace IOLoops.Sources.Listening;

/// <summary>What an attempt to accept has found.</summary>
internal enum AcceptOutcome
{
    Accepted,

    /// <summary>No connection is waiting.</summary>
    Nothing,

    /// <summary>The system or the process has no descriptor or memory left for one, or each fails: a rest helps, trying again at once does not.</summary>
    Shortage,
}
