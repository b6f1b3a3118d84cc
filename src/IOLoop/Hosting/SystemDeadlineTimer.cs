using System.Runtime.Versioning;
using IOLoops.Polling;
using IOLoops.Timeouts;

namespace IOLoops.Hosting;

/// <summary>
/// A timer of the system, which wakes the loop as the sleeper does: for hosts without a clock of their own. One object, armed again
/// and again: nothing is left in the host, and nothing in the system's queue, when a deadline is removed. On Windows, where .NET's timers
/// count by the ticks of the system's clock, a second one ends the last milliseconds; it may come one more time when its deadline is removed.
/// </summary>
/// <param name="clock">The loop's.</param>
/// <param name="wake">Makes a turn happen. Called on a thread of the pool, holding nothing.</param>
internal sealed class SystemDeadlineTimer(LoopClock clock, Action wake) : DeadlineTimer
{
    private readonly Lock _gate = new();
    private Timer? _timer;        // guarded by _gate
    private WaitableTimer? _precise; // guarded by _gate; made for the first near deadline on Windows
    private bool _hasNoPrecise;   // guarded by _gate; Windows has none
    private long _wanted = Never; // guarded by _gate; when the loop is to be woken
    private long _armed = Never;  // guarded by _gate; when the timer comes; not later than _wanted
    private bool _isDisposed;     // guarded by _gate

    /// <inheritdoc/>
    /// <remarks>
    /// A timer that comes earlier than wanted stays as it is: when it comes, it is armed for the rest, without a turn. So a deadline
    /// that moves back with each event, or is removed, costs nothing here.
    /// </remarks>
    // Modelled in tests/models: timers.
    internal override bool Arm(long deadline)
    {
        if (deadline != Never && deadline <= clock.Now)
            return false;
        lock (_gate)
        {
            _wanted = deadline;
            if (deadline < _armed)
                Set(deadline);
        }
        return true;
    }

    internal override void Disarm()
    {
        lock (_gate)
        {
            _wanted = Never;
            if (_armed == Never)
                return;
            _armed = Never;
            _timer?.Change(Timeout.Infinite, Timeout.Infinite);
        }
    }

    public override void Dispose()
    {
        lock (_gate)
        {
            _isDisposed = true;
            _wanted = Never;
            _timer?.Dispose();
            if (OperatingSystem.IsWindows())
                _precise?.Dispose();
        }
    }

    /// <summary>Under the gate.</summary>
    private void Set(long deadline)
    {
        if (_isDisposed)
            return;
        _armed = deadline;
        var delay = Delay(clock.Now, deadline);
        if (OperatingSystem.IsWindows() && !_hasNoPrecise)
        {
            if (delay.Ticks > WaitableTimer.Near)
                delay = new TimeSpan(delay.Ticks - WaitableTimer.Margin);
            else if (TrySetPrecise(delay.Ticks))
                return; // if the other one is also set, its call does nothing
        }
        _timer ??= Create();
        // Whole milliseconds, rounded up: the timer cuts off what is below, would come too early, and be armed again and again.
        _timer.Change(Math.Max(0, (delay.Ticks + TimeSpan.TicksPerMillisecond - 1) / TimeSpan.TicksPerMillisecond), Timeout.Infinite);
    }

    /// <summary>Under the gate.</summary>
    [SupportedOSPlatform("windows")]
    private bool TrySetPrecise(long ticks)
    {
        try
        {
            _precise ??= WaitableTimer.TryCreate(OnDue);
        }
        catch (IOException)
        {
            // The system has no memory left for one: the other timer comes a little later.
        }
        _hasNoPrecise = _precise is null;
        return _precise is not null && _precise.TrySet(ticks);
    }

    // Modelled in tests/models: timers.
    private void OnDue()
    {
        lock (_gate)
        {
            _armed = Never;
            if (_wanted == Never)
                return; // the deadline was removed
            if (clock.Now < _wanted)
            {
                Set(_wanted);
                return;
            }
        }
        wake();
    }

    /// <summary>Without the caller's ExecutionContext, which the timer would keep.</summary>
    private Timer Create()
    {
        bool flows = !ExecutionContext.IsFlowSuppressed();
        if (flows)
            ExecutionContext.SuppressFlow();
        try
        {
            return new Timer(static timer => ((SystemDeadlineTimer)timer!).OnDue(), this, Timeout.Infinite, Timeout.Infinite);
        }
        finally
        {
            if (flows)
                ExecutionContext.RestoreFlow();
        }
    }
}
