using System.Numerics;
using System.Runtime.CompilerServices;
using IOLoops.Interop;

namespace IOLoops.Timeouts;

/// <summary>Where timeouts are that are no longer in the slot that their handles lead to: a hash table that is chained through the slots.</summary>
internal sealed class MovedTimeouts(TimeoutSlots slots)
{
    private const int FewChains = 64;
    private const int End = -1; // of a chain; other links are slot + 1, and 0 says that a timeout is in none

    private int[] _chains = [];
    private int _count;

    /// <summary>The slot of a number, or <see cref="TimeoutSlots.None"/>.</summary>
    [MethodImpl(Jit.Hot)]
    internal int Find(long id)
    {
        if (_count == 0)
            return TimeoutSlots.None;
        int link = ChainOf(id);
        while (link > 0 && slots.At(link - 1).Id != id)
            link = slots.At(link - 1).NextMoved;
        return link > 0 ? link - 1 : TimeoutSlots.None;
    }

    /// <summary>Makes room for some more: at most two for each chain on average. It grows fourfold, because growing puts all of them into new chains.</summary>
    internal void Reserve(int more)
    {
        int length = Math.Max(FewChains, _chains.Length);
        while (length < (_count + more) / 2)
            length *= 4;
        if (length != _chains.Length)
            Resize(length);
    }

    /// <summary>Room was reserved.</summary>
    [MethodImpl(Jit.Hot)]
    internal void Add(int slot)
    {
        Link(slot);
        _count++;
    }

    [MethodImpl(Jit.Hot)]
    internal void Remove(int slot)
    {
        ref var removed = ref slots.At(slot);
        ref int link = ref ChainOf(removed.Id);
        while (link != slot + 1)
            link = ref slots.At(link - 1).NextMoved;
        link = removed.NextMoved;
        removed.NextMoved = 0;
        _count--;
    }

    /// <summary>Gives memory back when there are few.</summary>
    internal void Shrink()
    {
        if (_chains.Length <= FewChains || _count > _chains.Length / 4)
            return;
        try
        {
            Resize(_chains.Length / 2);
        }
        catch (OutOfMemoryException)
        {
            // Nothing was changed. It is tried again when the next chunk is emptied.
        }
    }

    /// <summary>Gives all memory back, when there are none.</summary>
    internal void Clear() => _chains = [];

    [MethodImpl(Jit.Hot)]
    private void Resize(int length)
    {
        int[] old = _chains;
        _chains = new int[length];
        Array.Fill(_chains, End);
        foreach (int first in old)
        {
            for (int link = first, next; link > 0; link = next)
            {
                next = slots.At(link - 1).NextMoved;
                Link(link - 1);
            }
        }
    }

    [MethodImpl(Jit.Hot)]
    private void Link(int slot)
    {
        ref var moved = ref slots.At(slot);
        ref int chain = ref ChainOf(moved.Id);
        moved.NextMoved = chain;
        chain = slot + 1;
    }

    // Fibonacci hashing: numbers that follow each other are spread evenly.
    private ref int ChainOf(long id) => ref _chains[(ulong)id * 0x9E3779B97F4A7C15 >> (64 - BitOperations.Log2((uint)_chains.Length))];
}
