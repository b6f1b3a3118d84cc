using IOLoops.Core;

namespace IOLoops.Hosting;

/// <summary>The one timer that is armed with the host: for the earliest deadline.</summary>
internal sealed partial class TurnDriver
{
    private const long Never = long.MaxValue;

    private static readonly long VirtualTurnInterval = TimeSpan.TicksPerMillisecond;
    private static readonly TimeSpan LongestDelay = TimeSpan.FromDays(30);

    private readonly Action _onDeadline;
    private IDisposable? _timer;  // guarded by _turnGate
    private long _armed = Never;  // guarded by _turnGate; when the timer comes

    private void ArmTimer(HostedRun run)
    {
        long deadline = Core.Deadline;
        if (deadline == Never && !_isVirtual)
        {
            CancelTimer(run);
            return;
        }
        long now = Core.Time.Ticks;
        if (_isVirtual)
            deadline = Math.Min(deadline, now + VirtualTurnInterval);
        // One that comes before the deadline looks, and arms again: a deadline that moves back with every event costs one
        // needless turn now and then, not a timer per event.
        if (_armed <= deadline)
            return;
        CancelTimer(run);
        var delay = new LoopTime(deadline) - new LoopTime(now);
        if (delay <= TimeSpan.Zero)
        {
            if (Core.TryWake())
                PostTurn(run);
            return;
        }
        if (delay > LongestDelay)
            delay = LongestDelay;
        _armed = now + delay.Ticks;
        _timer = PostAfter(run, delay, _onDeadline);
    }

    private void CancelTimer(HostedRun run)
    {
        var timer = _timer;
        _timer = null;
        _armed = Never;
        try
        {
            timer?.Dispose();
        }
        catch (Exception exception)
        {
            run.Lost ??= Gone(exception); // seen at the end of this turn, or of the run
        }
    }

    private IDisposable? PostAfter(HostedRun run, TimeSpan delay, Action turn)
    {
        var outer = t_posting;
        t_posting = this;
        try
        {
            var timer = _host.PostAfter(delay, turn);
            LoseIfInline(run);
            return timer;
        }
        catch (Exception exception)
        {
            Lose(run, Gone(exception));
            return null;
        }
        finally
        {
            t_posting = outer;
        }
    }

    /// <summary>On the host. One of an earlier arming may come, too: then the timer that is armed is forgotten, and armed anew.</summary>
    private void OnDeadline()
    {
        ThrowIfInline();
        HostedRun? run;
        lock (_turnGate)
        {
            run = _run;
            if (run is not null)
            {
                CancelTimer(run);
                // Otherwise a turn runs further up the stack or is posted, and arms the timer at its end. In virtual time the
                // host need not have taken what another thread posted, or is about to post.
                if (_isVirtual)
                    Interlocked.Exchange(ref _posted, 0);
                if (_isVirtual || Core.TryWake())
                    RunTurn(run);
            }
        }
        EndIfNeeded(run);
    }
}
