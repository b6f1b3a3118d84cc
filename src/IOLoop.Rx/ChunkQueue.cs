using System.Runtime.CompilerServices;

namespace IOLoops.Rx;

/// <summary>A queue that is filled one by one and emptied chunk by chunk. Its owner guards it.</summary>
/// <remarks>
/// Chunks that were emptied are used again, so that a queue in steady use allocates nothing. A burst adds chunks, and nothing that is
/// queued is ever copied. The first chunks are small: most subscriptions never queue much.
/// </remarks>
internal struct ChunkQueue<T>
{
    private const int SmallestChunk = 8;
    private const int LargestChunk = 128; // also how many notifications a turn delivers at most: a poll per chunk costs each of them little
    private const int MostSpares = 8;

    private Chunk<T>? _head;
    private Chunk<T>? _tail;
    private Chunk<T>? _spare;
    private int _spares;
    private int _capacity; // of the chunk that was made last

    internal readonly bool IsEmpty => _head is null;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Add(T value)
    {
        var tail = _tail;
        if (tail is null || tail.IsFull)
            tail = Append();
        tail.Add(value);
    }

    /// <summary>Takes out the chunk with the oldest; null: the queue is empty.</summary>
    internal Chunk<T>? Take()
    {
        var taken = _head;
        if (taken is null)
            return null;
        _head = taken.Next;
        if (_head is null)
            _tail = null;
        taken.Next = null;
        return taken;
    }

    /// <summary>Takes back a chunk whose items were all taken out.</summary>
    internal void Return(Chunk<T> emptied)
    {
        if (_spares == MostSpares || emptied.Capacity < _capacity)
            return;
        emptied.Reset();
        emptied.Next = _spare;
        _spare = emptied;
        _spares++;
    }

    internal void Clear()
    {
        _head = _tail = _spare = null;
        _spares = 0;
    }

    private Chunk<T> Append()
    {
        var chunk = _spare;
        if (chunk is not null)
        {
            _spare = chunk.Next;
            _spares--;
            chunk.Next = null;
        }
        else
        {
            _capacity = Math.Clamp(_capacity * 2, SmallestChunk, LargestChunk);
            chunk = new Chunk<T>(_capacity);
        }
        if (_tail is null)
            _head = chunk;
        else
            _tail.Next = chunk;
        return _tail = chunk;
    }
}
