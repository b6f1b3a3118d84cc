namespace IOLoops.Timeouts;

/// <summary>
/// A part of the slots: what is added to it, moved out of it, and given back as a whole. Handles know it, so that a handle leads to its
/// slot and not to one of another loop.
/// </summary>
internal sealed class TimeoutChunk(TimeoutSlots owner, int first)
{
    internal TimeoutSlots Owner { get; } = owner;

    /// <summary>The number of its first slot.</summary>
    internal int First { get; } = first;

    /// <summary>Empty when the memory was given back.</summary>
    internal TimeoutSlot[] Slots = [];

    /// <summary>How many timeouts it has.</summary>
    internal int Live;

    /// <summary>How many slots were in use at least once: those behind are free, too.</summary>
    internal int Used;

    /// <summary>The first free slot of those; <see cref="TimeoutSlots.None"/>: there is none.</summary>
    internal int Free = TimeoutSlots.None;

    /// <summary>Whether it is in the list of chunks with room, and the next one there.</summary>
    internal bool IsListed;
    internal TimeoutChunk? Next;

    internal bool HasRoom => Live < Slots.Length;
}
