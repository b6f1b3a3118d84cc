namespace IOLoops.Tests.Hosting;

/// <summary>A queue that a host's thread serves. Allocates nothing in a steady state, so that what loops allocate shows.</summary>
internal sealed class WorkQueue
{
    private readonly Queue<Action> _items = new();
    private bool _ended;

    internal void Add(Action item) => ObjectDisposedException.ThrowIf(!TryAdd(item), this);

    /// <returns>False: the queue has ended.</returns>
    internal bool TryAdd(Action item)
    {
        lock (_items)
        {
            if (_ended)
                return false;
            _items.Enqueue(item);
            Monitor.Pulse(_items);
            return true;
        }
    }

    /// <summary>The next item; null when the queue has ended.</summary>
    internal Action? Take()
    {
        lock (_items)
        {
            while (_items.Count == 0 && !_ended)
                Monitor.Wait(_items);
            return _ended ? null : _items.Dequeue();
        }
    }

    /// <summary>Refuses work from now on and drops what is queued, as an EventLoopScheduler does.</summary>
    internal void End()
    {
        lock (_items)
        {
            _ended = true;
            _items.Clear();
            Monitor.PulseAll(_items);
        }
    }
}
