namespace LoopBench;

/// <summary>A thread with a SynchronizationContext and other work, which it does only when nothing is posted.</summary>
internal sealed class PriorityThread : IDisposable
{
    private readonly Queue<(SendOrPostCallback Callback, object? State)> _posted = []; // guarded by itself, as is what follows
    private readonly Queue<Action> _other = [];
    private bool _isOver;

    internal PriorityThread()
    {
        Context = new PostingContext(this);
        Thread = new Thread(Serve) { IsBackground = true, Name = "context" };
        Thread.Start();
    }

    internal Thread Thread { get; }

    internal SynchronizationContext Context { get; }

    internal void PostOther(Action work)
    {
        lock (_posted)
        {
            _other.Enqueue(work);
            Monitor.Pulse(_posted);
        }
    }

    public void Dispose()
    {
        lock (_posted)
        {
            _isOver = true;
            Monitor.Pulse(_posted);
        }
        Thread.Join();
    }

    private void Post(SendOrPostCallback callback, object? state)
    {
        lock (_posted)
        {
            _posted.Enqueue((callback, state));
            Monitor.Pulse(_posted);
        }
    }

    private void Serve()
    {
        SynchronizationContext.SetSynchronizationContext(Context);
        while (true)
        {
            (SendOrPostCallback Callback, object? State) posted = default;
            Action? other = null;
            lock (_posted)
            {
                while (_posted.Count == 0 && _other.Count == 0 && !_isOver)
                    Monitor.Wait(_posted);
                if (!_posted.TryDequeue(out posted) && !_other.TryDequeue(out other))
                    return;
            }
            posted.Callback?.Invoke(posted.State);
            other?.Invoke();
        }
    }

    private sealed class PostingContext(PriorityThread thread) : SynchronizationContext
    {
        public override void Post(SendOrPostCallback d, object? state) => thread.Post(d, state);

        public override SynchronizationContext CreateCopy() => this;
    }
}
