using IOLoops.Callbacks;

namespace IOLoops.Timeouts;

/// <summary>One timeout; reused after it has run or was removed, with a new sequence number.</summary>
internal sealed class TimeoutNode
{
    internal const int Spare = -1;     // in no queue: its handles stand for nothing
    internal const int Cancelled = -2; // removed while due
    internal const int FirstDue = -3;  // taken out of the heap: FirstDue - n is place n in the batch of due timeouts

    /// <summary>Place in the heap, or one of the above.</summary>
    internal int Position = Spare;

    /// <summary>Tells insertions apart and orders those with one deadline; the handle's id.</summary>
    internal long Sequence;

    internal WorkItem Item;
}
