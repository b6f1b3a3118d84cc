namespace Faults;

/// <summary>How a case ended.</summary>
internal enum Verdict
{
    /// <summary>The schedule's call was not made.</summary>
    NotReached,

    /// <summary>The workload got all that it expects, as if nothing had failed.</summary>
    Tolerated,

    /// <summary>An exception or a log entry named the call and the errno.</summary>
    Reported,

    /// <summary>A promise was broken.</summary>
    Broken,

    /// <summary>A promise was broken, and the process is of no use any more.</summary>
    Stuck,
}
