using System.Runtime.CompilerServices;
using IOLoops.Interop;
using IOLoops.Polling;

namespace IOLoops.Registrations;

/// <summary>
/// The descriptors that the last poll found ready. Held here, not on the stack: a turn that nests in a handler continues the batch
/// of the turn below, which finds it finished.
/// </summary>
/// <param name="maxEvents">How many descriptors one poll may report.</param>
internal sealed class ReadyBatch(int maxEvents)
{
    private readonly int _maxEvents = maxEvents;
    private ReadyEvent[] _events = new ReadyEvent[maxEvents];
    private int _index;
    private int _count;

    /// <summary>The number of the last poll: tells events of this batch from those of an older one.</summary>
    internal uint Poll { get; private set; }

    /// <summary>Whether an event came that belongs to no registration.</summary>
    internal bool GhostSeen { get; set; }

    /// <summary>Whether descriptors are left to handle.</summary>
    internal bool HasMore
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _index < _count;
    }

    /// <summary>Whether the last poll found anything ready: then the next may, too.</summary>
    internal bool FoundAny => _count > 0;

    /// <summary>A new poll: what was found before is gone, should it throw.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Begin()
    {
        Poll++;
        _index = 0;
        _count = 0;
    }

    /// <param name="poller">Is asked.</param>
    /// <param name="wait">How long it may sleep, in ticks; negative: until something is ready.</param>
    [MethodImpl(Jit.Hot)]
    internal void Fill(IPoller poller, long wait) => _count = poller.Wait(_events.AsSpan(0, _maxEvents), wait);

    internal void Add(in ReadyEvent ready)
    {
        if (_count == _events.Length)
            Array.Resize(ref _events, _count * 2);
        _events[_count++] = ready;
    }

    /// <summary>The next of those that are left. A copy: more may be added meanwhile by a turn that nests.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal ReadyEvent Next() => _events[_index++];
}
