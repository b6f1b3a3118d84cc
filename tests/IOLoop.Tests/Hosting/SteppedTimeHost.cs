namespace IOLoops.Tests.Hosting;

/// <summary>Virtual time that a test moves. As Rx's schedulers of virtual time, it drops what another thread posts.</summary>
internal sealed class SteppedTimeHost : IVirtualTimeHost
{
    private readonly int _thread = Environment.CurrentManagedThreadId;
    private readonly PriorityQueue<Action, (long Due, int Order)> _items = new();
    private long _now;
    private int _order;
    private int _dropped;

    /// <summary>Called whenever the loop asks for the time.</summary>
    internal Action? OnNow { get; set; }

    internal int Dropped => Volatile.Read(ref _dropped);

    public LoopTime Now
    {
        get
        {
            OnNow?.Invoke();
            return new LoopTime(_now);
        }
    }

    public DateTimeOffset UtcNow => DateTimeOffset.UnixEpoch.AddTicks(_now);

    public void Post(Action turn)
    {
        if (Environment.CurrentManagedThreadId == _thread)
            _items.Enqueue(turn, (_now, _order++));
        else
            Interlocked.Increment(ref _dropped);
    }

    public IDisposable PostAfter(TimeSpan delay, Action turn)
    {
        bool isCancelled = false;
        _items.Enqueue(() =>
        {
            if (!isCancelled)
                turn();
        }, (_now + delay.Ticks, _order++));
        return new Cancellation(() => isCancelled = true);
    }

    internal void Advance(TimeSpan time)
    {
        long until = _now + time.Ticks;
        while (_items.TryPeek(out _, out var next) && next.Due <= until)
        {
            _now = Math.Max(_now, next.Due);
            _items.Dequeue()();
        }
        _now = until;
    }

    private sealed class Cancellation(Action cancel) : IDisposable
    {
        public void Dispose() => cancel();
    }
}
