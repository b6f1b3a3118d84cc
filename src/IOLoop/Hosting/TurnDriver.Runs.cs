using IOLoops.Core;

namespace IOLoops.Hosting;

/// <summary>Beginning runs, and pumping the host for them.</summary>
internal sealed partial class TurnDriver
{
    private static readonly TimeSpan FirstProbe = TimeSpan.FromMilliseconds(100);

    // The loop's own timeout is to come first, also when the host's timers are late.
    private static readonly TimeSpan LimitGrace = TimeSpan.FromMilliseconds(100);

    private readonly List<TaskCompletionSource> _nested = []; // guarded by itself
    private readonly Action _probe;
    private int _isProbing;  // whether a probe is posted that has not run; interlocked
    private long _lastProbe; // in milliseconds

    internal void Attach() => Begin(isAwaited: false)?.ThrowIfLost();

    /// <summary>Attaches the loop and waits for its end.</summary>
    /// <returns>False: the limit was reached, or the token cancelled, first.</returns>
    internal bool Run(TimeSpan? limit, CancellationToken cancellationToken)
    {
        if (!Core.IsAttached && !Core.StopRequested && !_loop.IsClosed && _host.IsOnHostThread && !CanPump)
            throw CannotPump(); // before a turn is posted that nobody wants
        if (Begin(isAwaited: true) is not { } run)
            return true;
        bool ended = TryPump(run, run.Ended) || WaitForEndAway(run, limit, cancellationToken);
        run.ThrowIfLost();
        return ended;
    }

    /// <summary>Whether the host can be pumped on this thread.</summary>
    internal bool CanPump => _host.TryPump(Task.CompletedTask);

    internal void Stop()
    {
        if (_run is not null && _host.IsOnHostThread && TryEndNow())
            return;
        bool isPosted = Volatile.Read(ref _posted) != 0;
        Core.Stop();
        if (!isPosted || _run is not { } run)
            return;
        if (run is { IsAwaited: true, HasBegun: false })
            Abandon(run); // who waits may keep the host from ever running a turn
        else
            Probe(run);
    }

    /// <summary>Between turns, on the host's own thread: what another turn would find is known already.</summary>
    private bool TryEndNow()
    {
        lock (_turnGate)
        {
            if (_depth > 0 || _run is not { } run)
                return false;
            EndTurns(run);
            return true;
        }
    }

    /// <summary>
    /// A host that was disposed may have dropped the turn that is posted, and says so only when asked for another. One probe
    /// at a time, but for one that is long outstanding, and so may have been dropped itself.
    /// </summary>
    private void Probe(HostedRun run)
    {
        long now = Environment.TickCount64;
        if (Interlocked.Exchange(ref _isProbing, 1) != 0 && now - Volatile.Read(ref _lastProbe) < FirstProbe.TotalMilliseconds)
            return;
        Volatile.Write(ref _lastProbe, now);
        Post(run, _probe);
    }

    /// <summary>Pumps the host, turns nested in what is on the stack, until a task has ended.</summary>
    /// <exception cref="InvalidOperationException">The host cannot be pumped.</exception>
    internal bool PumpNested(TaskCompletionSource until)
    {
        var run = _run;
        lock (_nested)
            _nested.Add(until);
        // The run may end meanwhile on another thread. Its end takes the run out, then looks for who nests; here it is the other
        // way round: one of the two sees the other.
        if (!Core.IsAttached || _run != run)
            until.TrySetResult();
        try
        {
            if (run is not null)
                PostTurn(run); // the turn that is on the stack posts none before it ends
            if (!Pump(until.Task))
                throw CannotPump();
        }
        finally
        {
            lock (_nested)
                _nested.Remove(until);
        }
        run?.ThrowIfLost();
        return true;
    }

    private bool Pump(Task until)
    {
        var turn = Core.InterruptTurn();
        try
        {
            return _host.TryPump(until);
        }
        finally
        {
            Core.ResumeTurn(turn);
        }
    }

    private HostedRun? Begin(bool isAwaited)
    {
        // Not at the turn gate: a turn may wait for this very call to be refused.
        if (!Core.Attach(_onAttached))
            return null;
        try
        {
            _host.OnRunBeginning();
        }
        catch
        {
            Core.Detach(_onDetached);
            throw;
        }
        var run = new HostedRun(isAwaited);
        _run = run; // null since before the last run was over
        // A turn of an earlier run clears _posted, fences, and reads _run: it either is ours, or is seen to be over.
        Interlocked.MemoryBarrier();
        if (_isVirtual || Volatile.Read(ref _posted) == 0)
            PostNext(run);
        else
            Probe(run); // a turn of an earlier run, which was given up, is still in the host's queue
        return run;
    }

    private bool TryPump(HostedRun run, Task until)
    {
        try
        {
            if (!_host.TryPump(until))
                return false;
        }
        catch
        {
            Abandon(run);
            throw;
        }
        if (!run.IsOver)
            Lose(run, new InvalidOperationException($"The host of {_loop.Name} stopped being pumped before the loop was stopped."));
        return true;
    }

    private InvalidOperationException CannotPump() => new(
        $"This is the thread of {_loop.Name}'s host, which cannot be pumped. Waiting here for the loop would deadlock. Call Attach, and await instead of blocking.");
}
