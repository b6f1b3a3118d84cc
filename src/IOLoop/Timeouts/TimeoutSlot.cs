using IOLoops.Callbacks;

namespace IOLoops.Timeouts;

/// <summary>One timeout, or room for one. Its context, if it has one, stands beside: see <see cref="TimeoutChunk.Contexts"/>.</summary>
internal struct TimeoutSlot
{
    internal const int FirstDue = -1; // taken out of the heap: FirstDue - n is place n in the batch of due timeouts

    /// <summary>
    /// The timeout's number: greater than those of all that were added before, and in its low bits which slot of its chunk it was added to.
    /// 0: the slot is free.
    /// </summary>
    internal long Id;

    /// <summary>Place in the heap, or in the batch of due timeouts; of a free slot, the next free one of its chunk.</summary>
    internal int Place;

    /// <summary>0, unless the timeout was moved: see <see cref="MovedTimeouts"/>.</summary>
    internal int NextMoved;

    // As in a WorkItem.
    internal Delegate? Callback;
    internal object? State;
    internal WorkInvoker? Invoker;
}
