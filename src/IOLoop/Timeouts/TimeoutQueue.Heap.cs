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
        _heap[_count] = default;
        if (place == _count)
            return;
        if (place > 0 && last.IsBefore(_heap[(place - 1) >> 2]))
            MoveUp(place, last);
        else
            MoveDown(place, last);
    }

    /// <summary>
    /// Halves the heap when 7/16 of it would do: tight enough that memory follows the live timeouts, and far enough from
    /// the point where it doubles that the cost stays constant per operation.
    /// </summary>
    private void Shrink()
    {
        int capacity = _heap.Length;
        while (capacity > KeepCapacity && _count < capacity / 16 * 7)
            capacity /= 2;
        if (capacity != _heap.Length)
            Array.Resize(ref _heap, capacity);
    }

    [MethodImpl(Jit.Hot)]
    private void MoveUp(int place, Entry entry)
    {
        var heap = _heap;
        while (place > 0)
        {
            int parent = (place - 1) >> 2;
            if (!entry.IsBefore(heap[parent]))
                break;
            heap[place] = heap[parent];
            heap[place].Node.Position = place;
            place = parent;
        }
        heap[place] = entry;
        entry.Node.Position = place;
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
                if (heap[other].IsBefore(heap[earliest]))
                    earliest = other;
            }
            if (!heap[earliest].IsBefore(entry))
                break;
            heap[place] = heap[earliest];
            heap[place].Node.Position = place;
            place = earliest;
        }
        heap[place] = entry;
        entry.Node.Position = place;
    }

    private readonly struct EntryOrder : IComparer<Entry>
    {
        public int Compare(Entry x, Entry y)
        {
            int order = x.When.CompareTo(y.When);
            return order != 0 ? order : x.Node.Sequence.CompareTo(y.Node.Sequence);
        }
    }

    /// <summary>The deadline stands beside the node: most comparisons need not touch the node.</summary>
    private readonly record struct Entry(long When, TimeoutNode Node)
    {
        internal bool IsBefore(in Entry other) =>
            When < other.When || (When == other.When && Node.Sequence < other.Node.Sequence);
    }
}
