using IOLoops;

/// <summary>A thread that runs what is posted to it.</summary>
public sealed class QueueHost : IHostThread, IDisposable
{
    private readonly Queue<Action> _queue = [];   // guarded by itself
    private readonly Thread _thread;
    private bool _ends;                           // guarded by _queue

    public QueueHost()
    {
        _thread = new Thread(Run) { IsBackground = true, Name = "queue" };
        _thread.UnsafeStart();
    }

    public bool IsOnHostThread => Thread.CurrentThread == _thread;

    public void Post(Action turn)
    {
        lock (_queue)
        {
            ObjectDisposedException.ThrowIf(_ends, this);
            _queue.Enqueue(turn);
            Monitor.Pulse(_queue);
        }
    }

    public void Dispose()
    {
        lock (_queue)
        {
            _ends = true;
            Monitor.Pulse(_queue);
        }
        if (!IsOnHostThread)
            _thread.Join();
    }

    private void Run()
    {
        while (Take() is { } work)
            work();
    }

    private Action? Take()
    {
        lock (_queue)
        {
            while (_queue.Count == 0 && !_ends)
                Monitor.Wait(_queue);
            return _queue.TryDequeue(out var work) ? work : null;
        }
    }
}
