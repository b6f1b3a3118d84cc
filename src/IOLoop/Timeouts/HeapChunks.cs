using System.Runtime.CompilerServices;

namespace IOLoops.Timeouts;

/// <summary>
/// The memory of the heap, in arrays of 4,096 entries: it grows and shrinks without being copied. Memory that is touched for the first time
/// is most of what adding a million timeouts costs, and a single array would be touched twice, because it doubles.
/// </summary>
internal sealed class HeapChunks
{
    private const int ChunkBits = 12; // below the size from which arrays are large objects
    private const int ChunkSize = 1 << ChunkBits;
    private const int FirstCapacity = 64;

    private HeapEntry[]?[] _chunks = [new HeapEntry[FirstCapacity]];

    /// <summary>How many entries there is room for.</summary>
    internal int Capacity { get; private set; } = FirstCapacity;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal ref HeapEntry At(int place) => ref _chunks[place >> ChunkBits]![place & (ChunkSize - 1)];

    /// <summary>Entries side by side, all in one chunk.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal Span<HeapEntry> Range(int place, int count) => _chunks[place >> ChunkBits].AsSpan(place & (ChunkSize - 1), count);

    internal void Grow()
    {
        if (Capacity < ChunkSize)
        {
            Array.Resize(ref _chunks[0], Capacity * 2);
            Capacity *= 2;
            return;
        }
        int number = Capacity >> ChunkBits;
        if (number == _chunks.Length)
            Array.Resize(ref _chunks, number * 2);
        _chunks[number] = GC.AllocateUninitializedArray<HeapEntry>(ChunkSize);
        Capacity += ChunkSize;
    }

    /// <summary>Gives back what is not needed, and keeps enough that a few more entries do not bring it back.</summary>
    /// <param name="end">Entries from here on are free.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Shrink(int end)
    {
        while (Capacity - end >= 2 * ChunkSize)
        {
            Capacity -= ChunkSize;
            _chunks[Capacity >> ChunkBits] = null;
        }
    }

    /// <summary>An entry, for any thread. While the heap changes it may be missing, be that of another place, or never have been one.</summary>
    internal HeapEntry? Peek(int place)
    {
        var chunks = _chunks;
        int number = place >> ChunkBits;
        int index = place & (ChunkSize - 1);
        return number < chunks.Length && chunks[number] is { } chunk && index < chunk.Length ? chunk[index] : null;
    }
}
