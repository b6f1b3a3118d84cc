namespace IOLoops.Timeouts;

/// <summary>
/// 1,024 slots, which are given back together when their timeouts were moved elsewhere. Handles know their chunk, so that a handle leads to
/// its slot and not to one of another loop.
/// </summary>
internal sealed class TimeoutChunk(TimeoutSlots owner, int first)
{
    internal TimeoutSlots Owner { get; } = owner;

    /// <summary>The number of its first slot.</summary>
    internal int First { get; } = first;

    /// <summary>Empty when the memory was given back.</summary>
    internal TimeoutSlot[] Slots = [];

    /// <summary>The contexts of its timeouts; null: none has had one. Most have none, and memory is what many timeouts cost.</summary>
    internal ExecutionContext?[]? Contexts;

    /// <summary>How many of its timeouts have a context.</summary>
    internal int LiveContexts;

    /// <summary>How many timeouts it has.</summary>
    internal int Live;

    /// <summary>Slots from this one on have never been in use.</summary>
    internal int Used;

    /// <summary>The first slot that was in use and is free; <see cref="TimeoutSlots.None"/>: there is none.</summary>
    internal int Free = TimeoutSlots.None;

    /// <summary>Whether it is in the list of chunks with room, and the next one there.</summary>
    internal bool IsListed;
    internal TimeoutChunk? Next;

    internal bool HasRoom => Live < Slots.Length;

    internal void ReserveContexts() => Contexts ??= new ExecutionContext[Slots.Length];

    /// <summary>Room was reserved.</summary>
    internal void SetContext(int place, ExecutionContext context)
    {
        Contexts![place] = context;
        LiveContexts++;
    }

    /// <summary>The context of a timeout, which leaves; null: it has none.</summary>
    internal ExecutionContext? TakeContext(int place)
    {
        var context = Contexts![place];
        if (context is not null)
        {
            Contexts[place] = null;
            LiveContexts--;
        }
        return context;
    }
}
