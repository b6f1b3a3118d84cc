namespace IOLoops.Hosting;

/// <summary>What a thread that waited for the end of a run has learned.</summary>
internal enum WaitOutcome
{
    /// <summary>The run has ended.</summary>
    Ended,

    /// <summary>The host's thread has ended, with the run under way.</summary>
    ThreadEnded,

    /// <summary>Neither, and the time is over.</summary>
    TimedOut,
}
