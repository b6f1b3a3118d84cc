namespace IOLoops.Hosting;

/// <summary>What a thread that waited for the end of a run has learned.</summary>
internal enum WaitOutcome
{
    /// <summary>The run has ended.</summary>
    Ended,

    /// <summary>What was waited for besides: the first turn.</summary>
    OtherCame,

    /// <summary>The host's thread has ended, with the run under way.</summary>
    ThreadEnded,

    /// <summary>Neither: the wait was cancelled.</summary>
    Cancelled,

    /// <summary>None of these, and the time is over.</summary>
    TimedOut,
}
