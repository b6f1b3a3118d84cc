using System.Diagnostics;

namespace IOLoops.Diagnostics;

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
    /// In ticks of the Stopwatch; counted while a listener is attached. Negative while the loop waits: then it is what had been
    /// counted before, less the time when the wait began. Both in one field: who reads it sees no half of a change.
    /// </summary>
    internal long PollTime;

    private long _polledAsTold; // to the listener that collects; interlocked

    /// <summary>Written by the sleeper's thread.</summary>
    internal long SleeperWakeUps;

    /// <summary>Written by the watchdog's thread.</summary>
    internal long Stalls;

    /// <summary>With the wait that is under way. Any thread; never less than before.</summary>
    internal long PollTimeUntilNow()
    {
        long noted;
        long polled;
        do
        {
            noted = Volatile.Read(ref PollTime);
            polled = noted < 0 ? noted + Stopwatch.GetTimestamp() : noted;
        }
        while (Volatile.Read(ref PollTime) != noted); // else the wait that was under way may have ended before the clock was asked
        // A wait's end is the time that the loop asks for just before it notes it: what is read in between is a bit too much,
        // and the next who asks must be told no less.
        long told = Volatile.Read(ref _polledAsTold);
        while (told < polled)
        {
            long before = Interlocked.CompareExchange(ref _polledAsTold, polled, told);
            if (before == told)
                return polled;
            told = before;
        }
        return told;
    }
}
