using System.Runtime.CompilerServices;
using IOLoops.Interop;

namespace IOLoops.Callbacks;

/// <summary>
/// A list of work in as few references as it takes, for each stored one costs a write barrier: an <see cref="Action"/>
/// or an <see cref="IThreadPoolWorkItem"/> in the default context is one, all else four (invoker, callback, argument, context).
/// </summary>
internal struct WorkList
{
    internal const int InitialCapacity = 64;

    private const int RecordSize = 4;

    private Slot[] _slots;

    /// <summary>How many references are used. A field, so that it can be read volatile from outside the lock that guards it.</summary>
    internal int End;

    internal WorkList(int capacity) => _slots = new Slot[capacity];

    /// <summary>How many references are used.</summary>
    internal readonly int Length => End;

    internal readonly int Capacity => _slots.Length;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Add(in WorkItem item)
    {
        if (item.Invoker is null && item.Context is null)
            AddPlain(item.Callback);
        else
            AddRecord(item);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void AddPlain(object work)
    {
        int end = End;
        var slots = _slots;
        if ((uint)end >= (uint)slots.Length)
            slots = Grow(1);
        slots[end].Value = work;
        End = end + 1;
    }

    /// <summary>The reference at a place: an <see cref="Action"/>, a <see cref="IThreadPoolWorkItem"/>, or the <see cref="WorkInvoker"/> of a record.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal readonly object First(int at) => _slots[at].Value!;

    /// <summary>Forgets the reference at a place: what has run is collectable at once.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal readonly void Forget(int at) => _slots[at].Value = null;

    /// <summary>The record at a place, which is forgotten.</summary>
    [MethodImpl(Jit.Hot)]
    internal readonly WorkItem Take(ref int at)
    {
        int place = at;
        var item = Read(ref at);
        _slots.AsSpan(place, at - place).Clear();
        return item;
    }

    /// <summary>The work at a place, and the next place.</summary>
    internal readonly WorkItem Read(ref int at)
    {
        object first = First(at);
        if (first is not WorkInvoker invoker)
        {
            at++;
            return new WorkItem(WorkItemCall.Describe(first), null, null, null);
        }
        var record = _slots.AsSpan(at, RecordSize);
        at += RecordSize;
        return new WorkItem(
            Unsafe.As<Delegate>(record[1].Value!), record[2].Value, invoker, Unsafe.As<ExecutionContext?>(record[3].Value));
    }

    /// <summary>How many there are from a place on. Any thread: so nothing is counted while callbacks are added and run.</summary>
    internal readonly int CountFrom(int at)
    {
        var slots = _slots;
        int end = Math.Min(Volatile.Read(in End), slots.Length);
        int count = 0;
        for (; at < end; count++)
            at += slots[at].Value is WorkInvoker ? RecordSize : 1;
        return count;
    }

    /// <summary>The first answer to a question that is put to each, from a place on.</summary>
    internal readonly string? Find(int at, Func<WorkItem, string?> find, int most)
    {
        while (at < End && most-- > 0)
        {
            if (find(Read(ref at)) is { } found)
                return found;
        }
        return null;
    }

    /// <summary>Copies the first of them.</summary>
    internal readonly void CopyTo(List<WorkItem> items, int most)
    {
        for (int at = 0; at < End && items.Count < most;)
            items.Add(Read(ref at));
    }

    /// <summary>Appends another list and empties that.</summary>
    internal void TakeAll(ref WorkList other)
    {
        if (End + other.End > _slots.Length)
            Grow(other.End);
        Array.Copy(other._slots, 0, _slots, End, other.End);
        End += other.End;
        other.Clear();
    }

    /// <summary>All of it was forgotten.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Restart() => End = 0;

    /// <summary>Releases all that is in it.</summary>
    private void Clear()
    {
        _slots.AsSpan(0, End).Clear();
        End = 0;
    }

    [MethodImpl(Jit.Hot)]
    private void AddRecord(in WorkItem item)
    {
        if (End + RecordSize > _slots.Length)
            Grow(RecordSize);
        var record = _slots.AsSpan(End, RecordSize);
        record[0].Value = item.Invoker ?? ActionInvoker.Instance;
        record[1].Value = item.Callback;
        if (item.State is not null) // the places are empty
            record[2].Value = item.State;
        if (item.Context is not null)
            record[3].Value = item.Context;
        End += RecordSize;
    }

    private Slot[] Grow(int more)
    {
        Array.Resize(ref _slots, Math.Max(_slots.Length * 2, End + more));
        return _slots;
    }

    /// <summary>A reference in a structure: storing it in an array needs no check of the array's type.</summary>
    private struct Slot
    {
        internal object? Value;
    }
}
