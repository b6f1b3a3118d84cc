using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using IOLoops.Callbacks;
using IOLoops.Interop;

namespace IOLoops.Timeouts;

/// <summary>
/// The timeouts of a loop: a 4-ary heap by deadline and then by insertion of timeouts that know their places, so that adding,
/// removing and taking the earliest are O(log n). Removed timeouts leave at once, and the memory shrinks with them.
/// </summary>
internal sealed partial class TimeoutQueue
{
    private const int InitialCapacity = 64;
    private const int KeepCapacity = 4096; // arrays up to this length are kept: growing them again would allocate

    private readonly TimeoutSlots _slots = new();
    private readonly Action<int> _noteMove;
    private int[] _due = new int[InitialCapacity]; // slots; TimeoutSlots.None: removed
    private int _dueIndex;
    private int _dueCount;
    private readonly List<HeapEntry> _later = [];

    internal TimeoutQueue() => _noteMove = NoteMove;

    /// <summary>How many wait, those due in this turn included.</summary>
    internal int Count => _slots.Count;

    /// <summary>Whether timeouts that were taken as due wait to be run.</summary>
    internal bool HasDueBatch => _dueIndex < _dueCount && _slots.Count > InHeap; // not those that were removed meanwhile

    private int InHeap => _end - Root;

    internal bool IsEmpty => _end == Root;

    /// <summary>Tells what was added before from what is added later: a turn runs nothing that was added after it had begun.</summary>
    internal long LastId => _slots.LastId;

    /// <summary>The earliest deadline; only when not empty.</summary>
    internal long Earliest => _heap.At(Root).When;

    [MethodImpl(Jit.Hot)]
    internal TimeoutHandle Add(long when, in WorkItem item)
    {
        if (_end == _heap.Capacity)
            _heap.Grow(); // before anything is changed: there may be no memory
        int slot = _slots.Take(item, out var handle);
        MoveUp(_end++, new HeapEntry(when, slot));
        return handle;
    }

    /// <summary>Removes a timeout. False: it has run or was removed already.</summary>
    /// <exception cref="ArgumentException">It waits in another queue.</exception>
    [MethodImpl(Jit.Hot)]
    internal bool Remove(TimeoutHandle handle, out WorkItem item)
    {
        item = default;
        if (handle.Owner is not TimeoutChunk chunk || chunk.Owner != _slots)
            return handle.Owner is null ? false : throw Foreign();
        int slot = _slots.Find(chunk, handle.Id);
        if (slot == TimeoutSlots.None)
            return false;
        int place = _slots.Release(slot, out item);
        if (place <= TimeoutSlot.FirstDue)
            _due[TimeoutSlot.FirstDue - place] = TimeoutSlots.None;
        else
            RemoveAt(place);
        Shrink();
        return true;
    }

    /// <summary>Takes what is due into a batch, unless one was interrupted and waits to be finished.</summary>
    /// <param name="now">The time; what is due then or earlier.</param>
    /// <param name="until">The last insertion that counts: later ones stay.</param>
    [MethodImpl(Jit.Hot)]
    internal void TakeDue(long now, long until)
    {
        if (HasDueBatch)
            return;
        _dueIndex = _dueCount = 0;
        if (IsEmpty || Earliest > now)
            return;
        int many = Math.Max(64, InHeap / 8);
        if (CountDue(Root, now, many) >= many)
            TakeManyDue(now, until);
        else
            TakeFewDue(now, until);
        Shrink();
    }

    [MethodImpl(Jit.Hot)]
    private void TakeFewDue(long now, long until)
    {
        while (!IsEmpty && Earliest <= now)
        {
            var entry = _heap.At(Root);
            if (_slots.At(entry.Slot).Id > until)
                _later.Add(entry);
            else
                AppendDue(entry.Slot);
            RemoveAt(Root); // last: there may be no memory for the lists
        }
        foreach (var entry in _later)
            MoveUp(_end++, entry); // there is room: they were here
        _later.Clear();
    }

    /// <summary>
    /// When a good part of the heap is due, taking it out one by one would walk the heap, and touch slots all over the
    /// memory, for each. Sorting what is due and making a new heap of the rest goes through the memory in order.
    /// </summary>
    [MethodImpl(Jit.Hot)]
    private void TakeManyDue(long now, long until)
    {
        ReserveDue(now); // before anything is changed: there may be no memory
        int rest = Root;
        for (int i = Root; i < _end; i++)
        {
            var entry = _heap.At(i);
            if (entry.When <= now && _slots.At(entry.Slot).Id <= until)
                _later.Add(entry);
            else
                Put(ref _heap.At(rest), rest++, entry);
        }
        _end = rest;
        for (int i = Parent(rest - 1); i >= Root; i--)
            MoveDown(i, _heap.At(i));
        CollectionsMarshal.AsSpan(_later).Sort(new EntryOrder(_slots));
        foreach (var entry in _later)
            AppendDue(entry.Slot);
        _later.Clear();
        if (_later.Capacity > KeepCapacity)
            _later.Capacity = KeepCapacity;
    }

    private void ReserveDue(long now)
    {
        int due = 0;
        for (int i = Root; i < _end; i++)
            due += _heap.At(i).When <= now ? 1 : 0;
        _later.EnsureCapacity(due);
        if (_due.Length < due)
            _due = new int[due]; // the last batch is over
    }

    /// <summary>How many from a place on are due, counted up to a limit: children are never due before their parent.</summary>
    private int CountDue(int place, long now, int limit)
    {
        if (place >= _end || _heap.At(place).When > now)
            return 0;
        int due = 1;
        int child = FirstChild(place);
        for (int end = child + 4; child < end && due < limit; child++)
            due += CountDue(child, now, limit - due);
        return due;
    }

    [MethodImpl(Jit.Hot)]
    private void AppendDue(int slot)
    {
        if (_dueCount == _due.Length)
            Array.Resize(ref _due, _dueCount * 2);
        _slots.At(slot).Place = TimeoutSlot.FirstDue - _dueCount;
        _due[_dueCount++] = slot;
    }

    /// <summary>The next timeout of the batch that has not been removed. A nested turn continues the same batch.</summary>
    [MethodImpl(Jit.Hot)]
    internal bool TryNextDue(out WorkItem item)
    {
        while (_dueIndex < _dueCount)
        {
            int slot = _due[_dueIndex++];
            if (slot == TimeoutSlots.None)
                continue;
            _slots.Release(slot, out item);
            ShrinkSlots();
            return true;
        }
        if (_due.Length > KeepCapacity && Math.Min(_dueCount, Count) < _due.Length / 8)
            _due = new int[KeepCapacity];
        _dueIndex = _dueCount = 0;
        item = default;
        return false;
    }

    /// <summary>Forgets all and hands out what was to run.</summary>
    internal List<WorkItem> Clear()
    {
        var items = new List<WorkItem>(Count);
        TakeDue(long.MaxValue, long.MaxValue);
        while (TryNextDue(out var item))
            items.Add(item);
        TakeDue(long.MaxValue, long.MaxValue); // TakeDue finishes an interrupted batch first
        while (TryNextDue(out var item))
            items.Add(item);
        _slots.Clear();
        return items;
    }

    /// <summary>The next timeouts, from any thread: what changes meanwhile may be missing, stand twice, or stand beside another one's deadline.</summary>
    internal List<(long When, Delegate Callback)> Copy(int most)
    {
        var next = new List<(long When, Delegate Callback)>();
        var due = _due;
        for (int i = _dueIndex; i < Math.Min(_dueCount, due.Length); i++)
            AddCopy(long.MinValue, due[i]);
        for (int i = Root; i < _end; i++)
        {
            if (_heap.Peek(i) is { } entry)
                AddCopy(entry.When, entry.Slot);
        }
        return [.. next.OrderBy(static entry => entry.When).Take(most)];

        void AddCopy(long when, int slot)
        {
            if (_slots.PeekCallback(slot) is { } callback)
                next.Add((when, callback));
        }
    }

    private static ArgumentException Foreign() =>
        new("The timeout is another loop's: call RemoveTimeout on the loop that returned its handle.", "timeout");
}
