using IOLoops.Callbacks;
using IOLoops.Ownership;


namespace IOLoops;

/// <summary>
/// Calls a function periodically on a loop, on a grid that does not drift: one period after <see cref="Start"/>, two
/// periods, three. Ticks that pass while an earlier call runs or the loop is busy are skipped, and so is one that is due exactly
/// at the end of a call. Calls never overlap and never bunch up.
/// </summary>
/// <remarks>Use it on the loop's thread, or on any one thread while the loop does not run.</remarks>
/// <example>
/// On the loop:
/// <code>
/// using var flushing = new PeriodicCallback(flush, TimeSpan.FromMilliseconds(5), loop);
/// flushing.Start();                                           // the first call is one period from now
/// await end;
/// </code>
/// </example>
public class PeriodicCallback : INamedWork, IDisposable
{
    private readonly IOLoop _loop;
    private readonly TimeSpan _period;
    private readonly Func<Task>? _async;
    private readonly Action? _action;
    private readonly Action<int> _tick;
    private LoopTime _start;
    private ExecutionContext _context = DefaultContext.Instance; // of Start
    private TimeoutHandle _timeout;
    private int _run; // counts Start and Stop: a call that ends after them belongs to another run
    private bool _isCalling; // a call has begun and not ended, of this run or of an earlier one
    private bool _isSkipping; // a tick came meanwhile: the end of that call chooses the next

    /// <summary>Calls <paramref name="callback"/> once per period. What it throws goes to <see cref="IOLoop.HandleCallbackException"/>, and the calls continue.</summary>
    /// <param name="callback">What to call.</param>
    /// <param name="period">The time between two ticks.</param>
    /// <param name="loop">The loop. By default <see cref="IOLoop.Current"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="period"/> is not positive.</exception>
    public PeriodicCallback(Action callback, TimeSpan period, IOLoop? loop = null)
        : this(period, loop)
    {
        ArgumentNullException.ThrowIfNull(callback);
        _action = callback;
    }

    /// <summary>Calls <paramref name="callback"/> once per period. The next tick is chosen when its task has ended.</summary>
    /// <inheritdoc cref="PeriodicCallback(Action, TimeSpan, IOLoop?)"/>
    public PeriodicCallback(Func<Task> callback, TimeSpan period, IOLoop? loop = null)
        : this(period, loop)
    {
        ArgumentNullException.ThrowIfNull(callback);
        _async = callback;
    }

    private PeriodicCallback(TimeSpan period, IOLoop? loop)
    {
        if (period <= TimeSpan.Zero)
            throw new ArgumentOutOfRangeException(nameof(period), period, "The period must be positive.");
        _period = period;
        _loop = loop ?? IOLoop.Current;
        _tick = Tick;
    }

    Delegate INamedWork.Original => Callback;

    private Delegate Callback => _async ?? (Delegate)_action!;

    /// <summary>Whether it has been started and not stopped.</summary>
    public bool IsRunning { get; private set; }

    /// <summary>
    /// Starts it; the first call is one period from now. Does nothing while it runs. A call that an earlier
    /// <see cref="Stop"/> left unfinished is waited for: ticks are skipped until it has ended.
    /// </summary>
    /// <exception cref="InvalidOperationException">The loop runs on another thread.</exception>
    /// <exception cref="ObjectDisposedException">The loop is closed.</exception>
    public void Start()
    {
        if (IsRunning)
            return;
        _start = _loop.Time;
        _context = DefaultContext.Capture() ?? DefaultContext.Instance;
        _timeout = _loop.CallAt(_start + _period, _tick, _run + 1);
        _run++;
        IsRunning = true;
    }

    /// <summary>
    /// Stops it: no call starts from now on. May be called inside the callback. Does nothing while it does not run.
    /// </summary>
    /// <exception cref="InvalidOperationException">The loop runs on another thread.</exception>
    public void Stop()
    {
        if (!IsRunning)
            return;
        _loop.RemoveTimeout(_timeout);
        _run++;
        _isSkipping = false;
        IsRunning = false;
    }

    /// <summary>The same as <see cref="Stop"/>.</summary>
    /// <inheritdoc cref="Stop" path="/exception"/>
    public void Dispose()
    {
        Stop();
        GC.SuppressFinalize(this);
    }

    private void Tick(int run)
    {
        if (run != _run)
            return;
        if (_isCalling)
        {
            _isSkipping = true;
            return;
        }
        if (Call(run))
            OnReturned(run);
    }

    /// <returns>False: the call's task has not ended.</returns>
    private bool Call(int run)
    {
        _isCalling = true;
        try
        {
            if (_async is not null)
            {
                var task = _async();
                if (!task.IsCompleted)
                {
                    _loop.AddFuture(task, ended => OnEnded(ended, run));
                    return false;
                }
                TaskFailures.Report(_loop, Callback, task);
            }
            else
            {
                _action!();
            }
        }
        catch (Exception exception)
        {
            _loop.ReportFailure(Callback, exception);
        }
        return true;
    }

    private void OnEnded(Task task, int run)
    {
        TaskFailures.Report(_loop, _async!, task);
        OnReturned(run);
    }

    private void OnReturned(int run)
    {
        _isCalling = false;
        if (run != _run && !_isSkipping)
            return;
        _isSkipping = false;
        Continue();
    }

    private void Continue()
    {
        // The first tick after now, by division: however long the loop was busy, this costs the same.
        long elapsed = (_loop.Time - _start).Ticks;
        long ticks = elapsed / _period.Ticks + 1;
        var next = ticks > (long.MaxValue - elapsed) / _period.Ticks ? LoopTime.MaxValue : _start + new TimeSpan(ticks * _period.Ticks);
        // CallAt captures the context, and what this call has changed in it is not for the next.
        if (ExecutionContext.Capture() != _context)
            ExecutionContext.Restore(_context);
        _timeout = _loop.CallAt(next, _tick, _run);
    }
}
