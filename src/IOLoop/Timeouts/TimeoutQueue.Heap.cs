using System.Runtime.CompilerServices;
using IOLoops.Interop;

namespace IOLoops.Timeouts;

/// <summary>The heap: four children per place, so that it is half as deep as a binary one, and a place's children lie side by side in 64 bytes.</summary>
internal sealed partial class TimeoutQueue
{
    // The first three places are left out, so that four children stand side by side in one chunk.
    private const int Root = 3;

    private readonly HeapChunks _heap = new();
    private int _end = Root;

    private static int Parent(int place) => (place >> 2) + 2;

    private static int FirstChild(int place) => (place - 2) << 2;

    [MethodImpl(Jit.Hot)]
    private void RemoveAt(int place)
    {
        var last = _heap.At(--_end);
        if (place == _end)
            return;
        if (place > Root && IsBefore(last, _heap.At(Parent(place))))
            MoveUp(place, last);
        else
            MoveDown(place, last);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Shrink()
    {
        ShrinkSlots();
        _heap.Shrink(_end);
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
            _heap.At(place).Slot = slot;
    }

    [MethodImpl(Jit.Hot)]
    private void MoveUp(int place, HeapEntry entry)
    {
        ref var hole = ref _heap.At(place);
        while (place > Root)
        {
            int parent = Parent(place);
            ref var above = ref _heap.At(parent);
            if (!IsBefore(entry, above))
                break;
            Put(ref hole, place, above);
            hole = ref above;
            place = parent;
        }
        Put(ref hole, place, entry);
    }

    [MethodImpl(Jit.Hot)]
    private void MoveDown(int place, HeapEntry entry)
    {
        ref var hole = ref _heap.At(place);
        int child;
        while ((child = FirstChild(place)) < _end)
        {
            var children = _heap.Range(child, Math.Min(4, _end - child));
            int earliest = 0;
            long when = children[0].When;
            for (int other = 1; other < children.Length; other++)
            {
                long then = children[other].When;
                if (then < when || (then == when && IsBefore(children[other], children[earliest])))
                {
                    earliest = other;
                    when = then;
                }
            }
            ref var below = ref children[earliest];
            if (!IsBefore(below, entry))
                break;
            Put(ref hole, place, below);
            hole = ref below;
            place = child + earliest;
        }
        Put(ref hole, place, entry);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Put(ref HeapEntry at, int place, HeapEntry entry)
    {
        at = entry;
        _slots.At(entry.Slot).Place = place;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool IsBefore(in HeapEntry one, in HeapEntry other) =>
        one.When < other.When || (one.When == other.When && _slots.At(one.Slot).Id < _slots.At(other.Slot).Id);

    private readonly struct EntryOrder(TimeoutSlots slots) : IComparer<HeapEntry>
    {
        public int Compare(HeapEntry x, HeapEntry y)
        {
            int order = x.When.CompareTo(y.When);
            return order != 0 ? order : slots.At(x.Slot).Id.CompareTo(slots.At(y.Slot).Id);
        }
    }
}
