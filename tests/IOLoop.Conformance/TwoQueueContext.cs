using System.Diagnostics;

namespace IOLoops.Conformance;

/// <summary>
/// A SynchronizationContext with one thread and two queues, as user interfaces have them: what is posted comes before the other work
/// (input, painting, timers), however long that waits.
/// </summary>
public sealed class TwoQueueContext : SynchronizationContext, IDisposable
{
    private readonly Queue<(SendOrPostCallback Callback, object? State)> _posted = []; // guarded by itself, as is what follows
    private readonly Queue<Action> _other = [];
    private readonly Queue<Action> _otherAtOnce = [];
    private readonly List<TimeSpan> _pauses = [];
    private readonly bool _drains;
    private bool _isOver;
    private long _came; // a timestamp: when the last call of what was posted began

    /// <param name="drains">
    /// Whether what is posted is drained to exhaustion, that which is posted meanwhile included, and then all other work that waits
    /// is run, as WinForms does it; else one piece of other work is run whenever nothing is posted.
    /// </param>
    public TwoQueueContext(bool drains = false)
    {
        _drains = drains;
        Thread = new Thread(Serve) { IsBackground = true, Name = "Two queues" };
        Thread.UnsafeStart();
    }

    public Thread Thread { get; }

    /// <summary>How long after the last call had begun the context was posted to by a thread that posts after pauses.</summary>
    public IReadOnlyList<TimeSpan> Pauses
    {
        get
        {
            lock (_posted)
                return [.. _pauses];
        }
    }

    /// <summary>Runs something when nothing that was posted waits. Any thread.</summary>
    public void PostOther(Action work)
    {
        lock (_posted)
        {
            _other.Enqueue(work);
            Monitor.Pulse(_posted);
        }
    }

    public override void Post(SendOrPostCallback d, object? state)
    {
        ArgumentNullException.ThrowIfNull(d);
        lock (_posted)
        {
            ObjectDisposedException.ThrowIf(_isOver, this);
            if (Thread.CurrentThread.Name == "IOLoop turn poster")
                _pauses.Add(Stopwatch.GetElapsedTime(_came));
            _posted.Enqueue((d, state));
            Monitor.Pulse(_posted);
        }
    }

    public override void Send(SendOrPostCallback d, object? state)
    {
        var done = new TaskCompletionSource();
        Post(_ =>
        {
            d(state);
            done.SetResult();
        }, null);
        Bounded.Await(done.Task, "what was sent to a context");
    }

    public override SynchronizationContext CreateCopy() => this;

    public void Dispose()
    {
        lock (_posted)
        {
            _isOver = true;
            Monitor.Pulse(_posted);
        }
        if (Thread.CurrentThread != Thread && !Thread.Join(Bounded.Patience))
            throw new TimeoutException("The thread of a context has not ended.");
    }

    private void Serve()
    {
        SetSynchronizationContext(this);
        while (TryTake(out var posted, out var other))
        {
            posted.Callback?.Invoke(posted.State);
            other?.Invoke();
        }
    }

    private bool TryTake(out (SendOrPostCallback? Callback, object? State) posted, out Action? other)
    {
        (posted, other) = (default, null);
        lock (_posted)
        {
            while (_posted.Count + _other.Count + _otherAtOnce.Count == 0 && !_isOver)
                Monitor.Wait(_posted);
            if (_otherAtOnce.TryDequeue(out other))
                return true;
            if (_posted.TryDequeue(out var next))
            {
                posted = next;
                _came = Stopwatch.GetTimestamp();
                return true;
            }
            if (_isOver)
                return false;
            other = _other.Dequeue();
            while (_drains && _other.TryDequeue(out var more))
                _otherAtOnce.Enqueue(more);
            return true;
        }
    }
}
