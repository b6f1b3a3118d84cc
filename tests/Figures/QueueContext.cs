namespace Figures;

/// <summary>A <see cref="SynchronizationContext"/> with a thread of its own, which allocates nothing for a post.</summary>
internal sealed class QueueContext : SynchronizationContext, IDisposable
{
    private readonly Queue<(SendOrPostCallback Callback, object? State)> _posted = []; // guarded by itself
    private readonly Thread _thread;
    private bool _isOver; // guarded by _posted

    internal QueueContext()
    {
        _thread = new Thread(Work) { IsBackground = true, Name = "host" };
        _thread.Start();
    }

    public override void Post(SendOrPostCallback d, object? state)
    {
        lock (_posted)
        {
            _posted.Enqueue((d, state));
            Monitor.Pulse(_posted);
        }
    }

    internal Thread Thread => _thread;

    public override SynchronizationContext CreateCopy() => this;

    public void Dispose()
    {
        lock (_posted)
        {
            _isOver = true;
            Monitor.Pulse(_posted);
        }
        _thread.Join();
    }

    private void Work()
    {
        SetSynchronizationContext(this);
        while (TryTake(out var next))
            next.Callback(next.State);
    }

    private bool TryTake(out (SendOrPostCallback Callback, object? State) next)
    {
        lock (_posted)
        {
            while (_posted.Count == 0)
            {
                if (_isOver)
                {
                    next = default;
                    return false;
                }
                Monitor.Wait(_posted);
            }
            next = _posted.Dequeue();
            return true;
        }
    }
}
