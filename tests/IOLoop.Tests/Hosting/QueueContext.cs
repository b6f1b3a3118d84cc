using System.Collections.Concurrent;

namespace IOLoops.Tests.Hosting;

/// <summary>A SynchronizationContext with one thread, as user interfaces have.</summary>
public sealed class QueueContext : SynchronizationContext, IDisposable
{
    private readonly BlockingCollection<(SendOrPostCallback Callback, object? State)> _queue = [];
    private readonly Thread _thread;

    public QueueContext()
    {
        _thread = new Thread(Serve) { IsBackground = true, Name = "Queue context" };
        _thread.UnsafeStart();
    }

    /// <summary>Whether what is posted on its own thread runs at once.</summary>
    public bool RunsInline { get; init; }

    public override void Post(SendOrPostCallback d, object? state)
    {
        ArgumentNullException.ThrowIfNull(d);
        if (RunsInline && Thread.CurrentThread == _thread)
            d(state);
        else
            _queue.Add((d, state));
    }

    public override void Send(SendOrPostCallback d, object? state)
    {
        var done = new TaskCompletionSource();
        Post(_ =>
        {
            d(state);
            done.SetResult();
        }, null);
        done.Task.Wait();
    }

    public override SynchronizationContext CreateCopy() => this;

    public void Dispose()
    {
        _queue.CompleteAdding();
        if (Thread.CurrentThread != _thread)
            _thread.Join(TimeSpan.FromSeconds(10));
    }

    private void Serve()
    {
        SetSynchronizationContext(this);
        foreach (var (callback, state) in _queue.GetConsumingEnumerable())
            callback(state);
    }
}
