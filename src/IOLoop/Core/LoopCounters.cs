namespace IOLoops.Core;

/// <summary>
/// What a loop has done since it was made. Plain fields that its thread alone writes, once per turn or so; metrics read them
/// on whichever thread collects.
/// </summary>
internal sealed class LoopCounters
{
    internal long Turns;
    internal long Callbacks;
    internal long Timeouts;
    internal long HandlerCalls;

    /// <summary>In ticks of the Stopwatch; counted while somebody listens.</summary>
    internal long PollTime;

    /// <summary>Written by the sleeper's thread.</summary>
    internal long SleeperWakeUps;

    /// <summary>Written by the watchdog's thread.</summary>
    internal long Stalls;
}
