using System.Runtime.CompilerServices;
using IOLoops.Interop;

namespace IOLoops.Callbacks;

/// <summary>The loop's own side of its callbacks: what its thread has added, and the batch that it is running.</summary>
internal sealed class CallbackBatch
{
    private const int TrimAbove = 64 * 1024;
    private const int TrimAfter = 64;

    private WorkList _local = new(WorkList.InitialCapacity);
    private WorkList _batch = new(WorkList.InitialCapacity);
    private int _next;
    private int _quietBatches;
#pragma warning disable CA1823, CS0169, IDE0051 // there for its size
    private readonly CacheLine _padding;
#pragma warning restore CA1823, CS0169, IDE0051

    /// <summary>Whether an interrupted batch waits to be finished.</summary>
    internal bool IsInterrupted => _next < _batch.Length;

    internal bool HasWork
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _next < _batch.Length || _local.Length > 0;
    }

    /// <summary>How many wait. Any thread.</summary>
    internal int Count => _batch.CountFrom(_next) + _local.CountFrom(0);

    /// <summary>How many references those that wait take. Any thread.</summary>
    internal int Size => Math.Max(0, Volatile.Read(ref _batch.End) - Volatile.Read(ref _next)) + Volatile.Read(ref _local.End);

    /// <summary>How many references there is room for.</summary>
    internal int Room => _batch.Capacity + _local.Capacity;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Add(in WorkItem item) => _local.Add(item);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void AddPlain(object work) => _local.AddPlain(work);

    /// <summary>
    /// Makes a batch of what the loop's thread has added. Only when the last one is finished, which it also is while its last
    /// callback runs a nested turn.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void TakeLocal()
    {
        Retire();
        if (_local.Length > 0)
            (_batch, _local) = (_local, _batch);
    }

    /// <summary>Adds what others have added, and leaves them an empty list.</summary>
    internal void Take(ref WorkList shared)
    {
        if (_batch.Length == 0)
        {
            (_batch, shared) = (shared, _batch);
            return;
        }
        _batch.TakeAll(ref shared);
        if (shared.Capacity > TrimAbove)
            shared = new WorkList(WorkList.InitialCapacity); // a storm's room, which no Retire would ever see
    }

    internal void AddToBatch(in WorkItem item) => _batch.Add(item);

    /// <summary>The next callback of the batch. A nested turn continues the same batch, so each runs once, in order.</summary>
    /// <returns>An <see cref="Action"/> or a work item to call in the default context, a <see cref="WorkInvoker"/> of which <see cref="Rest"/> tells more, or null at the end.</returns>
    [MethodImpl(Jit.HotBody)]
    internal object? Next()
    {
        int next = _next;
        if (next < _batch.Length)
        {
            object first = _batch.First(next);
            if (first.GetType() == typeof(Action) || first is not WorkInvoker)
            {
                _batch.Forget(next);
                _next = next + 1;
            }
            return first;
        }
        Retire();
        return null;
    }

    /// <summary>All of the callback that <see cref="Next"/> saw the beginning of.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal WorkItem Rest() => _batch.Take(ref _next);

    /// <summary>The first callback that answers to a question.</summary>
    internal string? Find(Func<WorkItem, string?> find, int most) => _batch.Find(_next, find, most) ?? _local.Find(0, find, most);

    /// <summary>The batch is finished. Releases, when batches have been small for long, the room that a storm needed.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Retire()
    {
        int length = _batch.Length;
        _next = 0;
        _batch.Restart();
        if (_batch.Capacity > TrimAbove && length > 0)
            Trim(length);
    }

    private void Trim(int length)
    {
        _quietBatches = length < _batch.Capacity / 8 ? _quietBatches + 1 : 0;
        if (_quietBatches < TrimAfter)
            return;
        _batch = new WorkList(_batch.Capacity / 2);
        _quietBatches = 0;
    }
}
