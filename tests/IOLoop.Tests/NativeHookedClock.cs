namespace IOLoops.Tests;

/// <summary>A clock that stands still until a test moves it, and that reports when a loop sets its timer: just before that takes effect.</summary>
public sealed class NativeHookedClock : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly List<HookedTimer> _timers = [];
    private long _now;

    /// <summary>Is told for how long a timer is being set.</summary>
    public Action<TimeSpan>? OnChange { get; set; }

    /// <summary>Is called, once, when the clock is next read.</summary>
    public Action? OnRead { get; set; }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp()
    {
        var read = OnRead;
        OnRead = null;
        read?.Invoke();
        return Interlocked.Read(ref _now);
    }

    /// <summary>Moves the clock and calls the timers that are due by then.</summary>
    public void Advance(TimeSpan by)
    {
        List<HookedTimer> due;
        lock (_gate)
        {
            _now += by.Ticks;
            due = _timers.FindAll(timer => timer.TakeDue(_now));
        }
        due.ForEach(timer => timer.Call());
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new HookedTimer(this, () => callback(state));
        lock (_gate)
            _timers.Add(timer);
        return timer;
    }

    private sealed class HookedTimer(NativeHookedClock clock, Action call) : ITimer
    {
        private long _due = long.MaxValue; // guarded by the clock's gate

        public Action Call => call;

        public bool TakeDue(long now)
        {
            if (_due > now)
                return false;
            _due = long.MaxValue;
            return true;
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            clock.OnChange?.Invoke(dueTime);
            lock (clock._gate)
                _due = dueTime == Timeout.InfiniteTimeSpan ? long.MaxValue : clock._now + dueTime.Ticks;
            return true;
        }

        public void Dispose() => Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
