namespace Soak.Checking;

/// <summary>What a loop, or the process, must never do.</summary>
internal enum Violation
{
    /// <summary>Something that was accepted never ran, though what came after it did.</summary>
    Lost,

    /// <summary>Something ran, or was delivered, twice.</summary>
    Twice,

    /// <summary>Something ran before what came before it.</summary>
    Order,

    /// <summary>An event reached a handler that was removed, or another descriptor than it was for.</summary>
    Stale,

    /// <summary>A handler was called with events that nothing asked for.</summary>
    Events,

    /// <summary>A timeout ran before its deadline.</summary>
    Early,

    /// <summary>A removed timeout ran.</summary>
    Removed,

    /// <summary>A call ran in the middle of another.</summary>
    Overlap,

    /// <summary>A call ran on another thread than the loop's.</summary>
    Thread,

    /// <summary>Something has not happened within the bound.</summary>
    Late,

    /// <summary>A call ran after the run had ended.</summary>
    Stopped,

    /// <summary>A call ran after <c>Close</c> had returned.</summary>
    Closed,

    /// <summary>An exception or a log entry that nothing explains.</summary>
    Failure,

    /// <summary>A workload did nothing, so nothing about it was checked.</summary>
    Nothing,

    /// <summary>Descriptors were left.</summary>
    Descriptors,

    /// <summary>Threads were left.</summary>
    Threads,

    /// <summary>Child processes were left.</summary>
    Children,

    /// <summary>Handles were left open.</summary>
    Handles,

    /// <summary>Managed memory grows.</summary>
    Managed,

    /// <summary>Private memory grows.</summary>
    Private,

    /// <summary>An idle loop woke up.</summary>
    Awake,
}
