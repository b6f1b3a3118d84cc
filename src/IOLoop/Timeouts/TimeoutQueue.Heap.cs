using System.Runtime.CompilerServices;
using IOLoops.Interop;

namespace IOLoops.Timeouts;

/// <summary>The heap: four children per place, so that it is half as deep as a binary one and a place's children share a cache line.</summary>
internal sealed partial class TimeoutQueue
{
    [MethodImpl(Jit.Hot)]
    private void RemoveAt(int place)
    {
        var last = _heap[--_count];
        if (place == _count)
            return;
        if (place > 0 && IsBefore(last, _heap[(place - 1) >> 2]))
            MoveUp(place, last);
        else
            MoveDown(place, last);
    }

    /// <summary>
    /// Halves the heap when 7/16 of it would do: tight enough that memory follows the live timeouts, and far enough from
    /// the point where it doubles that the cost stays constant per operation.
    /// </summary>
    [MethodImpl(Jit.Hot)]
    private void Shrink()
    {
        ShrinkSlots();
        int capacity = _heap.Length;
        while (capacity > KeepCapacity && _count < capacity / 16 * 7)
            capacity /= 2;
        if (capacity != _heap.Length)
            Array.Resize(ref _heap, capacity);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void ShrinkSlots()
    {
        if (_slots.IsSparse)
            _slots.EmptyOne(_noteMove);
    }

    [MethodImpl(Jit.Hot)]
    private void NoteMove(int slot)
    {
        int place = _slots.At(slot).Place;
        if (place <= TimeoutSlot.FirstDue)
            _due[TimeoutSlot.FirstDue - place] = slot;
        else
            _heap[place].Slot = slot;
    }

    [MethodImpl(Jit.Hot)]
    private void MoveUp(int place, Entry entry)
    {
        var heap = _heap;
        while (place > 0)
        {
            int parent = (place - 1) >> 2;
            if (!IsBefore(entry, heap[parent]))
                break;
            heap[place] = heap[parent];
            _slots.At(heap[place].Slot).Place = place;
            place = parent;
        }
        heap[place] = entry;
        _slots.At(entry.Slot).Place = place;
    }

    [MethodImpl(Jit.Hot)]
    private void MoveDown(int place, Entry entry)
    {
        var heap = _heap;
        while (true)
        {
            int child = (place << 2) + 1;
            if (child >= _count)
                break;
            int end = Math.Min(child + 4, _count);
            int earliest = child;
            for (int other = child + 1; other < end; other++)
            {
                if (IsBefore(heap[other], heap[earliest]))
                    earliest = other;
            }
            if (!IsBefore(heap[earliest], entry))
                break;
            heap[place] = heap[earliest];
            _slots.At(heap[place].Slot).Place = place;
            place = earliest;
        }
        heap[place] = entry;
        _slots.At(entry.Slot).Place = place;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool IsBefore(in Entry one, in Entry other) =>
        one.When < other.When || (one.When == other.When && _slots.At(one.Slot).Id < _slots.At(other.Slot).Id);

    private readonly struct EntryOrder(TimeoutSlots slots) : IComparer<Entry>
    {
        public int Compare(Entry x, Entry y)
        {
            int order = x.When.CompareTo(y.When);
            return order != 0 ? order : slots.At(x.Slot).Id.CompareTo(slots.At(y.Slot).Id);
        }
    }

    /// <summary>The deadline stands beside the slot: most comparisons need not look into that.</summary>
    private struct Entry(long when, int slot)
    {
        internal readonly long When = when;
        internal int Slot = slot;
    }
}
