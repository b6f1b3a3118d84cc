using System.Runtime.CompilerServices;
using IOLoops.Callbacks;
using IOLoops.Interop;

namespace IOLoops.Timeouts;

/// <summary>
/// Where the timeouts of a loop are: in few large arrays instead of an object each, so that the garbage collector has little to trace and
/// to move. A handle leads to the slot to which its timeout was added.
/// </summary>
/// <remarks>
/// When three of eight slots are free (more where there are few chunks), the chunk with the fewest timeouts is emptied into the others and
/// given back. So memory is proportional to the timeouts that are left, and a removal moves those of one chunk at most (now and then the
/// table of moved timeouts grows, too). Timeouts that come and go in the order in which they were added leave chunks with few others, so
/// that little is moved.
/// </remarks>
internal sealed class TimeoutSlots
{
    internal const int None = -1;

    private const int ChunkBits = 10; // below the size from which arrays are large objects
    private const int ChunkSize = 1 << ChunkBits;
    private const int FirstCapacity = 16;
    private const int KeepCapacity = 2 * ChunkSize; // this much is kept: growing again would allocate

    private readonly MovedTimeouts _moved;
    private TimeoutSlot[][] _slots = [[]]; // of the chunks, here once more because they are needed so often
    private TimeoutChunk?[] _chunks;       // null: room for another
    private TimeoutChunk? _roomy;          // chunks that have room, and some that no longer have
    private TimeoutChunk? _filled;         // gets moved timeouts until it is full: a full chunk is not soon emptied, so that few are moved twice
    private int _capacity;
    private long _sequence;

    internal TimeoutSlots()
    {
        _moved = new MovedTimeouts(this);
        _chunks = [new TimeoutChunk(this, 0)];
    }

    /// <summary>How many timeouts there are.</summary>
    internal int Count { get; private set; }

    /// <summary>No number that was given is greater, and all that will be given are.</summary>
    internal long LastId => (_sequence << ChunkBits) | (ChunkSize - 1);

    /// <summary>Whether a chunk is to be emptied. Enough stays free that few more timeouts do not bring it back.</summary>
    internal bool IsSparse
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Count < _capacity / 8 * 5 && _capacity > KeepCapacity && Count <= _capacity - KeepCapacity;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal ref TimeoutSlot At(int slot) => ref _slots[slot >> ChunkBits][slot & (ChunkSize - 1)];

    /// <summary>A slot for a new timeout.</summary>
    /// <param name="handle">The timeout's, for the user.</param>
    /// <param name="item">What it runs.</param>
    [MethodImpl(Jit.Hot)]
    internal int Take(in WorkItem item, out TimeoutHandle handle)
    {
        var chunk = _roomy is { HasRoom: true } first ? first : FindRoom();
        if (item.Context is not null)
            chunk.ReserveContexts(); // before anything is changed: there may be no memory
        int place = TakeIn(chunk);
        ref var taken = ref chunk.Slots[place];
        taken.Id = (++_sequence << ChunkBits) | (long)place;
        taken.Callback = item.Callback;
        if (item.State is not null) // the slot is empty
            taken.State = item.State;
        if (item.Invoker is not null)
            taken.Invoker = item.Invoker;
        if (item.Context is not null)
            chunk.SetContext(place, item.Context);
        Count++;
        handle = new TimeoutHandle(chunk, taken.Id);
        return chunk.First + place;
    }

    /// <summary>The slot of a timeout, or <see cref="None"/> when it has run or was removed.</summary>
    /// <param name="chunk">One of these chunks, from the handle.</param>
    /// <param name="id">The number, from the handle.</param>
    [MethodImpl(Jit.Hot)]
    internal int Find(TimeoutChunk chunk, long id)
    {
        int place = (int)(id & (ChunkSize - 1));
        var slots = chunk.Slots;
        if (slots.Length == 0)
            return _moved.Find(id); // given back
        return place < slots.Length && slots[place].Id == id ? chunk.First + place : None;
    }

    /// <summary>Frees a slot, and what it refers to.</summary>
    /// <param name="slot">The slot.</param>
    /// <param name="item">What its timeout runs.</param>
    /// <returns>The timeout's place.</returns>
    [MethodImpl(Jit.Hot)]
    internal int Release(int slot, out WorkItem item)
    {
        var chunk = _chunks[slot >> ChunkBits]!;
        int at = slot & (ChunkSize - 1);
        ref var released = ref chunk.Slots[at];
        item = new WorkItem(released.Callback!, released.State, released.Invoker, chunk.LiveContexts > 0 ? chunk.TakeContext(at) : null);
        if (released.NextMoved != 0)
            _moved.Remove(slot);
        int place = released.Place;
        released.Id = 0;
        released.Callback = null;
        released.State = null;
        released.Invoker = null;
        released.Place = chunk.Free;
        chunk.Free = at;
        chunk.Live--;
        Count--;
        if (!chunk.IsListed)
            List(chunk);
        return place;
    }

    /// <summary>Moves the timeouts of one chunk to others, and gives its memory back. Only when <see cref="IsSparse"/>: then the others have room.</summary>
    /// <param name="moved">Called for each slot that has another timeout now.</param>
    [MethodImpl(Jit.Hot)]
    internal void EmptyOne(Action<int> moved)
    {
        var emptied = Emptiest();
        if (!TryReserve(emptied))
            return; // the next removal tries again
        var slots = emptied.Slots;
        var contexts = emptied.LiveContexts > 0 ? emptied.Contexts : null;
        emptied.Slots = []; // so it has no room, while it is still in the list
        emptied.Contexts = null;
        emptied.Live = 0;
        int number = emptied.First >> ChunkBits;
        for (int place = 0; place < emptied.Used; place++)
        {
            if (slots[place].Id == 0)
                continue;
            if (slots[place].NextMoved != 0)
                _moved.Remove(emptied.First + place);
            var chunk = _filled is { HasRoom: true } filled ? filled : _filled = FindRoom();
            int target = TakeIn(chunk);
            chunk.Slots[target] = slots[place];
            if (contexts?[place] is { } context)
                chunk.SetContext(target, context);
            _moved.Add(chunk.First + target);
            moved(chunk.First + target);
        }
        _slots[number] = [];
        _chunks[number] = null;
        _capacity -= ChunkSize;
        _moved.Shrink();
    }

    /// <summary>Gives all memory back, when no timeout is left: handles may live longer than the loop.</summary>
    internal void Clear()
    {
        foreach (var chunk in _chunks)
        {
            chunk?.Slots = [];
            chunk?.Contexts = null;
            chunk?.Next = null;
        }
        _slots = [[]];
        _chunks = [new TimeoutChunk(this, 0)];
        _roomy = _filled = null;
        _capacity = 0;
        _moved.Clear();
    }

    /// <summary>What a timeout runs, for any thread; null: the slot is free or gone.</summary>
    internal Delegate? PeekCallback(int slot)
    {
        var chunks = _slots;
        int number = slot >> ChunkBits;
        int place = slot & (ChunkSize - 1);
        return slot >= 0 && number < chunks.Length && chunks[number] is { } slots && place < slots.Length ? slots[place].Callback : null;
    }

    /// <summary>Makes room to move the timeouts of a chunk.</summary>
    /// <returns>False: there is no memory now. Nothing was moved, and the caller removes or runs its timeout all the same.</returns>
    private bool TryReserve(TimeoutChunk emptied)
    {
        try
        {
            _moved.Reserve(emptied.Live);
            int left = emptied.LiveContexts > 0 ? emptied.Live : 0;
            // In the order in which they are filled.
            var first = _filled == emptied ? null : _filled;
            if (left > 0 && first is not null)
                left -= ReserveContexts(first);
            for (var chunk = _roomy; left > 0; chunk = chunk!.Next)
            {
                if (chunk != emptied && chunk != first)
                    left -= ReserveContexts(chunk!);
            }
            return true;
        }
        catch (OutOfMemoryException)
        {
            return false;
        }
    }

    /// <summary>Makes room for contexts in a chunk that has room for timeouts.</summary>
    /// <returns>How many timeouts it has room for.</returns>
    private static int ReserveContexts(TimeoutChunk chunk)
    {
        if (chunk.HasRoom)
            chunk.ReserveContexts();
        return chunk.Slots.Length - chunk.Live;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int TakeIn(TimeoutChunk chunk)
    {
        chunk.Live++;
        int place = chunk.Free;
        if (place == None)
            return chunk.Used++;
        chunk.Free = chunk.Slots[place].Place;
        return place;
    }

    /// <summary>A chunk with room. Those without leave the list; they are listed again when a timeout leaves them.</summary>
    [MethodImpl(Jit.Hot)]
    private TimeoutChunk FindRoom()
    {
        while (_roomy is { } chunk)
        {
            if (chunk.HasRoom)
                return chunk;
            _roomy = chunk.Next;
            chunk.Next = null;
            chunk.IsListed = false;
        }
        var grown = Grow();
        List(grown);
        return grown;
    }

    [MethodImpl(Jit.Hot)]
    private void List(TimeoutChunk chunk)
    {
        chunk.IsListed = true;
        chunk.Next = _roomy;
        _roomy = chunk;
    }

    [MethodImpl(Jit.Hot)]
    private TimeoutChunk Emptiest()
    {
        TimeoutChunk? emptiest = null;
        foreach (var chunk in _chunks)
        {
            if (chunk is not null && (emptiest is null || chunk.Live < emptiest.Live))
                emptiest = chunk;
        }
        return emptiest!;
    }

    private TimeoutChunk Grow()
    {
        if (_capacity < ChunkSize)
        {
            var first = _chunks[0]!;
            int length = Math.Max(FirstCapacity, _capacity * 2);
            if (first.Contexts is not null)
                Array.Resize(ref first.Contexts, length);
            Array.Resize(ref first.Slots, length);
            _slots[0] = first.Slots;
            _capacity = first.Slots.Length;
            return first;
        }
        int number = Array.IndexOf(_chunks, null);
        if (number < 0)
        {
            number = _chunks.Length;
            Array.Resize(ref _slots, number * 2);
            Array.Resize(ref _chunks, number * 2);
        }
        var chunk = new TimeoutChunk(this, number << ChunkBits) { Slots = new TimeoutSlot[ChunkSize] };
        _chunks[number] = chunk;
        _slots[number] = chunk.Slots;
        _capacity += ChunkSize;
        return chunk;
    }
}
