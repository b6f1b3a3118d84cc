using IOLoops.Callbacks;

namespace IOLoops.Tasks;

/// <summary>
/// A timer on a loop. May be changed and disposed on any thread; off the loop, the change itself is posted, and the time
/// counts from the call.
/// </summary>
internal sealed class LoopTimer : ITimer, INamedWork
{
    private readonly IOLoop _loop;
    private readonly TimerCallback _callback;
    private readonly object? _state;
    private readonly ExecutionContext? _context = ExecutionContext.Capture();
    private readonly Action<int> _apply;
    private readonly Action<int> _fire;
    private readonly Lock _gate = new();
    private int _version;       // of the latest Change; guarded by _gate
    private bool _disposed;     // guarded by _gate
    private LoopTime? _due;     // guarded by _gate
    private TimeSpan _period;   // guarded by _gate
    private TimeoutHandle _timeout; // guarded by _gate

    internal LoopTimer(IOLoop loop, TimerCallback callback, object? state)
    {
        _loop = loop;
        _callback = callback;
        _state = state;
        _apply = Apply;
        _fire = Fire;
    }

    Delegate INamedWork.Original => _callback;

    public bool Change(TimeSpan dueTime, TimeSpan period)
    {
        Check(dueTime, nameof(dueTime));
        Check(period, nameof(period));
        int version;
        LoopTime? due = dueTime == Timeout.InfiniteTimeSpan ? null : _loop.Time + dueTime; // the clock may be the application's: no lock
        lock (_gate)
        {
            if (_disposed)
                return false;
            version = ++_version;
            _due = due;
            _period = period;
        }
        return Submit(version);
    }

    public void Dispose()
    {
        int version;
        lock (_gate)
        {
            if (_disposed)
                return;
            _disposed = true;
            version = ++_version;
            _due = null;
        }
        Submit(version);
    }

    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    private bool Submit(int version)
    {
        try
        {
            if (_loop.IsOnLoopThread)
                Apply(version);
            else if (_loop.Core is not { } core)
                _loop.SpawnCallback(_apply, version);
            else if (_loop.IsRunning || !TryApply(version))
                core.Poster.Post(new WorkItem(_apply, StateBox<int>.Rent(version), ApplyInvoker.Instance, null));
            return true;
        }
        catch (ObjectDisposedException) when (_loop.IsClosed)
        {
            return false; // no timer of a closed loop fires
        }
    }

    /// <summary>A loop that does not run may be used from here, and what is posted to it may never run.</summary>
    private bool TryApply(int version)
    {
        try
        {
            Apply(version);
            return true;
        }
        catch (InvalidOperationException exception) when (exception is not ObjectDisposedException)
        {
            return false; // it has begun to run, elsewhere
        }
    }

    private void Apply(int version)
    {
        LoopTime? due;
        TimeoutHandle before;
        lock (_gate)
        {
            if (version != _version)
                return; // a later change is on its way
            due = _due;
            before = _timeout;
        }
        _loop.RemoveTimeout(before);
        if (due is { } when)
            Schedule(when, version);
        else
            TryKeep(default, version);
    }

    /// <returns>False: the timer was changed meanwhile.</returns>
    private bool TryKeep(TimeoutHandle timeout, int version)
    {
        lock (_gate)
        {
            if (version != _version)
                return false;
            _timeout = timeout;
            return true;
        }
    }

    private void Fire(int version)
    {
        var now = _loop.Time;
        LoopTime? next;
        lock (_gate)
        {
            if (version != _version || _due is not { } due)
                return;
            _timeout = default;
            next = _due = _period == Timeout.InfiniteTimeSpan || _period == TimeSpan.Zero ? null : NextTick(due, now);
        }
        if (next is { } when)
            Schedule(when, version);
        if (_context is null)
            Invoke();
        else
            ExecutionContext.Run(_context, static timer => ((LoopTimer)timer!).Invoke(), this);
    }

    private void Schedule(LoopTime when, int version)
    {
        var timeout = _loop.CallAt(when, _fire, version);
        if (!TryKeep(timeout, version))
            _loop.RemoveTimeout(timeout);
    }

    /// <summary>The first tick after now: those that were missed are skipped, as PeriodicCallback does.</summary>
    private LoopTime NextTick(LoopTime due, LoopTime now)
    {
        long missed = Math.Max(0, (now - due).Ticks / _period.Ticks);
        return due + new TimeSpan(missed * _period.Ticks) + _period;
    }

    private void Invoke()
    {
        try
        {
            _callback(_state);
        }
        catch (Exception exception)
        {
            _loop.ReportFailure(_callback, exception); // here, so that it names the user's delegate
        }
    }

    /// <summary>A change that never runs is not missed: the loop was closed, and no timer of it fires.</summary>
    private sealed class ApplyInvoker : WorkInvoker
    {
        internal static readonly ApplyInvoker Instance = new();

        internal override bool IsMissed(object? state) => false;

        internal override Task? Invoke(Delegate callback, object? state)
        {
            ((Action<int>)callback)(((StateBox<int>)state!).Return());
            return null;
        }

        internal override void Drop(Delegate callback, object? state) => ((StateBox<int>)state!).Return();
    }

    private static void Check(TimeSpan span, string name)
    {
        if (span < TimeSpan.Zero && span != Timeout.InfiniteTimeSpan)
            throw new ArgumentOutOfRangeException(name, span, "A timer's times must be zero, positive, or Timeout.InfiniteTimeSpan.");
    }
}
