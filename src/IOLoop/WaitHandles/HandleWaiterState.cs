namespace IOLoops.WaitHandles;

/// <summary>Where a <see cref="HandleWaiter"/> is.</summary>
internal enum HandleWaiterState
{
    /// <summary>It does not wait yet.</summary>
    New,

    /// <summary>The system waits for the handle.</summary>
    Armed,

    /// <summary>It was cancelled, or its loop closed: whether a signal was taken before is being found out.</summary>
    Ending,

    /// <summary>It is certain how it ends.</summary>
    Ended,
}
