using System.Diagnostics;
using IOLoops.Sources.Interop;

namespace IOLoops.Sources.Processes;

/// <summary>
/// Ends a child: SIGTERM, then SIGKILL when its grace has passed. The grace is counted by the loop's clock; while the loop does not run,
/// and when it is closed, a timer of the system counts it, so that a child that ignores SIGTERM does not survive its loop.
/// </summary>
internal sealed class ChildStop(IOLoop loop, ChildHandle handle)
{
    private static readonly TimeSpan ShortestWatch = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new(); // guards what follows; taken before the handle's. No code of a loop or its host runs inside
    private bool _isStopping;
    private bool _willKill;     // a grace has begun and not passed
    private bool _isOver;       // nothing is left that could be killed
    private long _deadline = long.MaxValue; // of Stopwatch
    private Timer? _watchdog;
    private GraceTimeout? _timeout;

    /// <summary>Begins to stop it, or shortens the grace. Any thread.</summary>
    internal void Begin(TimeSpan grace)
    {
        GraceTimeout? before;
        GraceTimeout? timeout = null;
        lock (_gate)
        {
            before = _timeout;
            if (_isOver || (!_isStopping && handle.IsEnded))
                return;
            if (!_isStopping)
                Terminate();
            if (grace == TimeSpan.Zero)
                Kill();
            else if (grace == Timeout.InfiniteTimeSpan || !Shortens(grace))
                return;
            else
                _timeout = timeout = BeginGrace(grace);
        }
        before?.Cancel();
        timeout?.Begin();
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
            isOver = !forGroup || !handle.SignalAll(0); // 0 is no signal: is anybody left in the group?
            if (isOver)
                Finish();
        }
        if (isOver)
            _timeout?.Cancel();
        return true;
    }

    private void Terminate()
    {
        _isStopping = true;
        handle.SignalAll(SignalNumbers.Terminate);
        handle.SignalAll(SignalNumbers.Continue); // a stopped process gets no other signal before this, except SIGKILL
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
        _watchdog ??= new Timer(static stop => ((ChildStop)stop!).OnWatchdog(), this, Timeout.Infinite, Timeout.Infinite);
        _watchdog.Change(grace, grace > ShortestWatch ? grace : ShortestWatch);
        return new GraceTimeout(loop, grace, OnGrace);
    }

    private void OnGrace(GraceTimeout timeout)
    {
        lock (_gate)
        {
            if (ReferenceEquals(_timeout, timeout))
                Kill();
        }
    }

    private void OnWatchdog()
    {
        lock (_gate)
        {
            if (loop.IsRunning || _isOver)
                return;
            Kill();
        }
        TryEnd(); // a loop that does not run reaps nothing
    }

    private void Kill()
    {
        if (_isOver)
            return;
        _willKill = false;
        _deadline = long.MinValue;
        handle.SignalAll(SignalNumbers.Kill);
        if (handle.IsEnded)
            Finish();
    }

    private void Finish()
    {
        _isOver = true;
        _willKill = false;
        _watchdog?.Dispose();
        handle.Release();
    }
}
