using System.Runtime.CompilerServices;

namespace IOLoops.Rx;

/// <summary>Some items of a <see cref="ChunkQueue{T}"/>.</summary>
internal sealed class Chunk<T>(int capacity)
{
    private readonly Slot[] _slots = new Slot[capacity];

    internal Chunk<T>? Next { get; set; }

    internal int Count { get; private set; }

    internal int Capacity => _slots.Length;

    internal bool IsFull => Count == _slots.Length;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Add(T value) => _slots[Count++].Value = value;

    /// <summary>Takes an item out, so that the chunk does not keep it alive.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal T TakeOut(int index)
    {
        ref var slot = ref _slots[index];
        var value = slot.Value;
        if (RuntimeHelpers.IsReferenceOrContainsReferences<T>())
            slot.Value = default!;
        return value;
    }

    /// <summary>Makes room again, when all was taken out.</summary>
    internal void Reset() => Count = 0;

    /// <summary>A value in a structure: storing a reference in an array needs no check of the array's type then.</summary>
    private struct Slot
    {
        internal T Value;
    }
}
