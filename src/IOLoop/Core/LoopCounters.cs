using System.Diagnostics;

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

    /// <summary>
    /// In ticks of the Stopwatch; counted while somebody listens. Negative while the loop waits: then it is what had been
    /// counted before, less the time when the wait began. Both in one field: who reads it sees no half of a change.
    /// </summary>
    internal long PollTime;

    /// <summary>Written by the sleeper's thread.</summary>
    internal long SleeperWakeUps;

    /// <summary>Written by the watchdog's thread.</summary>
    internal long Stalls;

    /// <summary>With the wait that is under way. Any thread; never less than before.</summary>
    internal long PollTimeUntilNow()
    {
        while (true)
        {
            long noted = Volatile.Read(ref PollTime);
            if (noted >= 0)
                return noted;
            long now = Stopwatch.GetTimestamp();
            if (Volatile.Read(ref PollTime) == noted) // it still waited at that time, which is not counted otherwise
                return noted + now;
        }
    }
}
