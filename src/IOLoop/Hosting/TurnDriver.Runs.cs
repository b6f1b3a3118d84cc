using IOLoops.Core;

namespace IOLoops.Hosting;

/// <summary>Beginning, awaiting and ending runs.</summary>
internal sealed partial class TurnDriver
{
    private static readonly TimeSpan FirstProbe = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestProbe = TimeSpan.FromSeconds(10);

    // The loop's own timeout is to come first, also when the host's timers are late.
    private static readonly TimeSpan LimitGrace = TimeSpan.FromMilliseconds(100);

    private readonly List<TaskCompletionSource> _nested = []; // guarded by itself

    internal void Attach() => Begin(isAwaited: false)?.ThrowIfFailed();

    /// <summary>Attaches the loop and waits for its end.</summary>
    /// <returns>False: the limit was reached first.</returns>
    internal bool Run(TimeSpan? limit)
    {
        if (Begin(isAwaited: true) is not { } run)
            return true;
        bool ended = TryPump(run, run.Ended) || WaitForEnd(run, limit);
        run.ThrowIfFailed();
        return ended;
    }

    internal void Stop()
    {
        Core.Stop();
        // A host that was disposed may have dropped the turn that is posted, and says so only when asked for another.
        if (_run is { } run && Volatile.Read(ref _posted) != 0)
            Post(run, static () => { });
    }

    /// <summary>Pumps the host, turns nested in what is on the stack, until a task has ended.</summary>
    /// <exception cref="InvalidOperationException">The host cannot be pumped.</exception>
    internal bool PumpNested(TaskCompletionSource until)
    {
        var run = _run;
        lock (_nested)
            _nested.Add(until);
        try
        {
            if (run is not null)
                PostTurn(run); // the turn that is on the stack posts none before it ends
            if (!_host.TryPump(until.Task))
                throw CannotPump();
        }
        finally
        {
            lock (_nested)
                _nested.Remove(until);
        }
        run?.ThrowIfFailed();
        return true;
    }

    private HostedRun? Begin(bool isAwaited)
    {
        // Not at the turn gate: a turn may wait for this very call to be refused.
        if (!Core.Attach(_onAttached))
            return null;
        var run = new HostedRun(isAwaited);
        _run = run; // null since before the last run was over
        Interlocked.Exchange(ref _posted, 0); // whatever was posted in an earlier run may have been dropped since
        PostNext(run);
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
            EndNow(run, null);
            throw;
        }
        if (!run.IsOver)
            EndNow(run, new InvalidOperationException($"The host of {_loop.Name} stopped being pumped before the loop was stopped."));
        return true;
    }

    private bool WaitForEnd(HostedRun run, TimeSpan? limit)
    {
        if (_loop.IsOnLoopThread)
        {
            EndNow(run, null);
            throw CannotPump();
        }
        var deadline = limit is { } span && span < LongestDelay ? LoopTimeNow() + span + LimitGrace : LoopTime.MaxValue;
        if (WaitForFirstTurn(run, deadline) && WaitForHost(run, deadline))
        {
            run.Ended.Wait(); // it is about to be set
            return true;
        }
        Stop();
        EndNow(run, null);
        return false;
    }

    /// <summary>Until the host has run a turn, it is asked now and then whether it still takes any.</summary>
    private bool WaitForFirstTurn(HostedRun run, LoopTime deadline)
    {
        for (var patience = FirstProbe; ; patience = Min(patience * 2, LongestProbe))
        {
            var left = deadline - LoopTimeNow();
            if (left <= TimeSpan.Zero)
                return false;
            if (WaitHandle.WaitAny([run.Finished!, run.Begun!], Min(patience, left)) != WaitHandle.WaitTimeout)
                return true;
            Post(run, static () => { });
        }
    }

    private bool WaitForHost(HostedRun run, LoopTime deadline)
    {
        var left = deadline - LoopTimeNow();
        var patience = deadline == LoopTime.MaxValue ? Timeout.InfiniteTimeSpan : left < TimeSpan.Zero ? TimeSpan.Zero : left;
        if (run.Life is not { } life)
            return run.Finished!.WaitOne(patience);
        try
        {
            int which = WaitHandle.WaitAny([run.Finished!, life], patience);
            if (which == 1)
                life.ReleaseMutex(); // given up by the host's thread at the run's end
            return which != WaitHandle.WaitTimeout;
        }
        catch (AbandonedMutexException)
        {
            life.ReleaseMutex();
            Lose(run, Gone(new InvalidOperationException("The host's thread has ended.")));
            return true;
        }
    }

    private static LoopTime LoopTimeNow() => new(System.Diagnostics.Stopwatch.GetElapsedTime(0).Ticks);

    private static TimeSpan Min(TimeSpan one, TimeSpan other) => one < other ? one : other;

    private InvalidOperationException CannotPump() => new(
        $"This is the thread of {_loop.Name}'s host, which cannot be pumped: waiting here for the loop would wait for ever. Call Attach, and await instead of blocking.");

    /// <summary>A turn has found that the run must end. What is pumped inside another turn ends at once, the run with the outermost one.</summary>
    private void EndTurns(HostedRun run)
    {
        EndNested();
        if (_depth == 0)
            End(run, run.Lost);
    }

    private void EndNested()
    {
        lock (_nested)
        {
            foreach (var until in _nested)
                until.TrySetResult();
        }
    }

    /// <summary>There is no going on: the run ends, with the turn that is under way if there is one. Any thread.</summary>
    private void Lose(HostedRun run, InvalidOperationException failure)
    {
        run.Lost ??= failure;
        EndNested();
        EndIfLost(run);
    }

    /// <summary>
    /// Whoever notes a loss, and whoever gives up the gate, comes here. The first writes the loss, fences, and tries the gate;
    /// the second gives up the gate, fences, and reads the loss: so one of the two ends the run.
    /// </summary>
    private void EndIfLost(HostedRun? run)
    {
        Interlocked.MemoryBarrier();
        while (run is { Lost: not null, IsOver: false } && _turnGate.TryEnter())
        {
            try
            {
                if (_depth > 0)
                    return; // on this thread, further up the stack, where it will be seen
                if (!run.IsOver)
                    EndTurns(run);
            }
            finally
            {
                _turnGate.Exit();
            }
        }
    }

    /// <summary>Ends a run without a turn, unless one is under way, which then ends it if it was stopped.</summary>
    private void EndNow(HostedRun run, InvalidOperationException? failure)
    {
        if (!_turnGate.TryEnter(LimitGrace))
            return;
        try
        {
            if (_depth == 0 && !run.IsOver)
                End(run, failure);
        }
        finally
        {
            _turnGate.Exit();
        }
    }

    private void End(HostedRun run, InvalidOperationException? failure)
    {
        CancelTimer();
        _sleeper.Leave();
        _run = null;
        Core.Detach(_onDetached);
        if (run.Lost is { } lost)
            _loop.LogLost(lost);
        run.End(failure);
    }

    private InvalidOperationException Gone(Exception cause) =>
        new($"The host of {_loop.Name} is gone, so the loop has stopped: {cause.Message}", cause);

    private InvalidOperationException Failed(Exception cause) =>
        new($"{_loop.Name} cannot go on, and has stopped: {cause.Message}", cause);
}
