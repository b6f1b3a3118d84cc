using System.Collections.Concurrent;

namespace IOLoops.Samples;

/// <summary>What user interfaces have: a thread that runs what is posted to its SynchronizationContext, until it is disposed.</summary>
internal sealed class ThreadContext : SynchronizationContext, IDisposable
{
    private readonly BlockingCollection<(SendOrPostCallback Callback, object? State)> _queue = [];
    private readonly Thread _thread;

    internal ThreadContext()
    {
        _thread = new Thread(Serve) { Name = "context", IsBackground = true };
        _thread.Start();
    }

    internal Thread Thread => _thread;

    public override void Post(SendOrPostCallback d, object? state) => _queue.Add((d, state));

    public override SynchronizationContext CreateCopy() => this;

    public void Dispose()
    {
        _queue.CompleteAdding();
        _thread.Join();
        _queue.Dispose();
    }

    private void Serve()
    {
        SetSynchronizationContext(this);
        foreach (var (callback, state) in _queue.GetConsumingEnumerable())
            callback(state);
    }
}
