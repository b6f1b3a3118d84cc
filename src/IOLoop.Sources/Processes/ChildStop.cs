using System.Diagnostics;
using IOLoops.Sources.Interop;

namespace IOLoops.Sources.Processes;

/// <summary>
/// Ends a child: SIGTERM, then SIGKILL when its grace has passed. The grace is counted by the loop's clock; while the loop does not run,
/// and when it is closed, a timer of the system counts it, so that a child that ignores SIGTERM does not survive its loop.
/// </summary>
/// <remarks>
/// A signal that the system refuses to send is reported, because the child lives on: by <see cref="Begin"/>, and later, when no caller is
/// left, as a failed callback of the loop. A refused SIGKILL is sent again, after pauses that double.
/// </remarks>
internal sealed class ChildStop(IOLoop loop, ChildHandle handle)
{
    private static readonly TimeSpan ShortestWatch = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromHours(1);

    private readonly Lock _gate = new(); // guards what follows; taken before the handle's. No code of a loop or its host runs inside
    private bool _isStopping;
    private bool _willKill;     // a grace has begun and not passed
    private bool _isRefused;    // SIGKILL was due, and could not be sent
    private bool _isOver;       // nothing is left that could be killed
    private long _deadline = long.MaxValue; // of Stopwatch
    private TimeSpan _pause = ShortestWatch; // before a SIGKILL that was refused is sent again, or the group is looked at again
    private IOException? _refusal; // of the last signals; null: they were sent, or no process was left
    private Timer? _watchdog;
    private Timer? _look;
    private GraceTimeout? _timeout;

    /// <summary>Begins to stop it, or shortens the grace. Any thread.</summary>
    /// <returns>Why a signal could not be sent now; null: it was, or none was due.</returns>
    internal IOException? Begin(TimeSpan grace)
    {
        GraceTimeout? before;
        GraceTimeout? timeout = null;
        IOException? refusal;
        lock (_gate)
        {
            before = _timeout;
            if (_isOver || (!_isStopping && handle.IsEnded))
                return null;
            _refusal = null;
            if (!_isStopping)
                Terminate();
            if (grace == TimeSpan.Zero)
                Kill();
            else if (grace == Timeout.InfiniteTimeSpan || !Shortens(grace))
                before = null;
            else
                _timeout = timeout = BeginGrace(grace);
            refusal = _refusal;
        }
        before?.Cancel();
        timeout?.Begin();
        return refusal;
    }

    /// <summary>Reaps the child if it has ended. Any thread.</summary>
    internal bool TryEnd()
    {
        bool isOver;
        lock (_gate)
        {
            bool forGroup = _willKill && handle.LeadsGroup;
            if (!handle.TryEnd(forGroup))
                return false;
            isOver = !forGroup || handle.SignalAll(0) == Errno.ESRCH; // 0 is no signal: is a process left in the group?
            if (isOver)
                Finish();
            else
                LookLater();
        }
        if (isOver)
            _timeout?.Cancel();
        return true;
    }

    /// <summary>
    /// The leader of the group has ended, and something is left in it: perhaps the leader alone, which stays a zombie where its group can be
    /// signalled only by its number. A loop that is closed by then would keep it, and what watched it, until the grace is over, which may be
    /// long.
    /// </summary>
    private void LookLater()
    {
        _look ??= new Timer(static stop => ((ChildStop)stop!).Look(), this, Timeout.Infinite, Timeout.Infinite);
        _look.Change(_pause, Timeout.InfiniteTimeSpan);
        if (_pause < LongestPause)
            _pause *= 2;
    }

    private void Look()
    {
        if (handle.HasOthers()) // outside the lock: it takes time. The zombie keeps the number of its group
        {
            lock (_gate)
            {
                if (!_isOver)
                    LookLater();
            }
            return;
        }
        lock (_gate)
        {
            if (_isOver)
                return;
            Finish();
        }
        _timeout?.Cancel();
    }

    private void Terminate()
    {
        _isStopping = true;
        Send(SignalNumbers.Terminate, "SIGTERM");
        Send(SignalNumbers.Continue, "SIGCONT"); // a stopped process gets no other signal before this, except SIGKILL
    }

    private bool Send(int signal, string name)
    {
        int errno = handle.SignalAll(signal);
        if (errno is Errno.Ok or Errno.ESRCH)
            return true;
        _refusal ??= Errno.Failure($"Stopping process {handle.Id}: sending the signal {name}", errno);
        return false;
    }

    /// <summary>Holding nothing. In a callback of its own, which the loop reports; a closed loop reports nothing any more.</summary>
    internal void Report(IOException? refusal)
    {
        if (refusal is null)
            return;
        try
        {
            loop.TryAddCallback(static refusal => throw refusal, refusal);
        }
        catch (IOException)
        {
            // The loop could not be woken, but has the callback: it reports when it next wakes.
        }
    }

    private bool Shortens(TimeSpan grace)
    {
        long deadline = Stopwatch.GetTimestamp() + (long)(grace.TotalSeconds * Stopwatch.Frequency);
        if (deadline >= _deadline)
            return false;
        _deadline = deadline;
        return true;
    }

    private GraceTimeout BeginGrace(TimeSpan grace)
    {
        _willKill = true;
        // It acts only while the loop does not run; and looks again later, because a loop that runs may stop before its own timeout.
        MakeWatchdog().Change(grace, grace > ShortestWatch ? grace : ShortestWatch);
        return new GraceTimeout(loop, grace, OnGrace);
    }

    private Timer MakeWatchdog() =>
        _watchdog ??= new Timer(static stop => ((ChildStop)stop!).OnWatchdog(), this, Timeout.Infinite, Timeout.Infinite);

    private void OnGrace(GraceTimeout timeout)
    {
        IOException? refusal;
        lock (_gate)
        {
            _refusal = null;
            if (ReferenceEquals(_timeout, timeout))
                Kill();
            refusal = _refusal;
        }
        Report(refusal);
    }

    private void OnWatchdog()
    {
        lock (_gate)
        {
            if (_isOver || (loop.IsRunning && !_isRefused))
                return;
            Kill(); // refused again, it was reported already, or there is no loop to report it
        }
        if (!loop.IsRunning)
            TryEnd(); // a loop that does not run reaps nothing
    }

    private void Kill()
    {
        if (_isOver)
            return;
        _willKill = false;
        _deadline = long.MinValue;
        _isRefused = !Send(SignalNumbers.Kill, "SIGKILL");
        if (handle.IsEnded)
            Finish();
        else if (_isRefused)
            KillLater();
    }

    private void KillLater()
    {
        MakeWatchdog().Change(_pause, _pause);
        if (_pause < LongestPause)
            _pause *= 2;
    }

    private void Finish()
    {
        _isOver = true;
        _willKill = false;
        _watchdog?.Dispose();
        _look?.Dispose();
        handle.Release();
    }
}
