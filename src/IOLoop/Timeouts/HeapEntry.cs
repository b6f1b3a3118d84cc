namespace IOLoops.Timeouts;

/// <summary>A timeout in the heap. The deadline stands beside the slot: most comparisons need not look into that.</summary>
internal struct HeapEntry(long when, int slot)
{
    internal readonly long When = when;
    internal int Slot = slot;
}
