namespace Soak.Loops;

/// <summary>A <see cref="SynchronizationContext"/> with a thread of its own, which can end.</summary>
internal sealed class HostContext : SynchronizationContext
{
    private readonly Queue<(SendOrPostCallback Callback, object? State)> _posted = []; // guarded by itself
    private bool _isOver; // guarded by _posted

    internal HostContext()
    {
        Thread = new Thread(Run) { IsBackground = true, Name = "soak host" };
        Thread.Start();
    }

    internal Thread Thread { get; }

    internal bool IsOwnThread => Thread.CurrentThread == Thread;

    /// <exception cref="InvalidOperationException">The thread has ended.</exception>
    public override void Post(SendOrPostCallback d, object? state)
    {
        lock (_posted)
        {
            if (_isOver)
                throw new InvalidOperationException("The host's thread has ended.");
            _posted.Enqueue((d, state));
            Monitor.Pulse(_posted);
        }
    }

    public override SynchronizationContext CreateCopy() => this;

    /// <summary>What is posted and has not begun never runs.</summary>
    internal void End()
    {
        lock (_posted)
        {
            _isOver = true;
            Monitor.Pulse(_posted);
        }
        if (!IsOwnThread)
            Thread.Join();
    }

    private void Run()
    {
        SetSynchronizationContext(this);
        while (TryTake(out var next))
            next.Callback(next.State);
    }

    private bool TryTake(out (SendOrPostCallback Callback, object? State) next)
    {
        lock (_posted)
        {
            while (_posted.Count == 0 && !_isOver)
                Monitor.Wait(_posted);
            next = _isOver ? default : _posted.Dequeue();
            return !_isOver;
        }
    }
}
