using IOLoops.Core;
using IOLoops.Diagnostics;

namespace IOLoops.Hosting;

/// <summary>Ending runs: because they were stopped, because nobody waits for them any longer, or because they cannot go on.</summary>
internal sealed partial class TurnDriver
{
    private readonly List<HostedRun> _unreleased = []; // guarded by _turnGate; runs that ended on another thread than their host's

    /// <summary>A turn has found that the run must end. What is pumped inside another turn ends at once, the run with the outermost one.</summary>
    private void EndTurns(HostedRun run)
    {
        EndNested();
        if (_depth == 0)
            End(run);
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
        if (run.IsOver)
            return; // it was stopped meanwhile; who nests by now does so in another run
        run.Lost ??= failure;
        EndNested();
        EndIfNeeded(run);
    }

    /// <summary>
    /// Whoever notes that a run must end, and whoever gives up the gate, comes here. The first writes the note, fences, and
    /// tries the gate; the second gives up the gate, fences, and reads the note: so one of the two ends the run.
    /// </summary>
    private void EndIfNeeded(HostedRun? run)
    {
        Interlocked.MemoryBarrier();
        while (run is { MustEnd: true, IsOver: false } && _turnGate.TryEnter())
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

    /// <summary>Nobody waits for the run any longer: it ends, with the turn that is under way if there is one. Any thread.</summary>
    private void Abandon(HostedRun run)
    {
        run.Abandoned = true;
        EndIfNeeded(run);
    }

    /// <summary>The host's timer could not post. Any thread.</summary>
    internal void OnTimerFailed(Exception exception)
    {
        if (_run is { } run)
            Lose(run, Gone(exception));
    }

    /// <summary>The host says itself that no turn will come any more, a posted one included. Any thread.</summary>
    internal void OnHostLost(Exception exception)
    {
        Interlocked.Exchange(ref _posted, 0);
        if (_run is { } run)
            Lose(run, Gone(exception));
    }

    private void End(HostedRun run)
    {
        CancelTimer(run);
        _sleeper.Leave();
        _run = null;
        TellHost(run); // before another run can begin
        if (run.Lost is { } lost)
            _loop.LogLost(lost);
        Core.Detach(_onDetached);
        EndNested(); // whoever began to nest since the run was seen to end: see PumpNested
        run.End();
        if (!run.TryReleaseLife())
            _unreleased.Add(run);
    }

    private void TellHost(HostedRun run)
    {
        try
        {
            _host.OnRunEnded();
        }
        catch (Exception exception)
        {
            run.Lost ??= Failed(exception);
        }
    }

    private InvalidOperationException Gone(Exception cause) =>
        new($"The host of {_loop.Name} is gone, and the loop has stopped: {LoopLog.MessageOf(cause)}", cause);

    private InvalidOperationException Failed(Exception cause) =>
        new($"{_loop.Name} cannot continue, and has stopped: {LoopLog.MessageOf(cause)}", cause);
}
