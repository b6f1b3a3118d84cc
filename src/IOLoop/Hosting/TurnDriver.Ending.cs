using IOLoops.Callbacks;
using IOLoops.Diagnostics;
using IOLoops.Tasks;

namespace IOLoops.Hosting;

/// <summary>Ending runs: because they were stopped, because their caller waits no longer, or because they cannot continue.</summary>
internal sealed partial class TurnDriver
{
    private const int MostLookedAt = 256; // of callbacks that a run has left: it may be stopped with a million of them

    private static readonly Func<WorkItem, string?> FindAwaiting = LoopSynchronizationContext.Awaiting;

    private HostedRun? _abandoned; // set before the run's own note of it; null once that run is over. Interlocked

    /// <summary>The pumps of nested runs return.</summary>
    // Modelled in tests/models: nested.
    private void EndNested()
    {
        TaskCompletionSource[] ended;
        lock (_nested)
            ended = [.. _nested];
        foreach (var until in ended)
            until.TrySetResult(); // not under the lock: a host that awaits it in a context of its own is posted to
    }

    /// <summary>The run cannot continue: it ends, with the turn that is under way if there is one. Any thread, holding nothing.</summary>
    // Modelled in tests/models: nested, restart.
    private void Lose(HostedRun run, InvalidOperationException failure)
    {
        if (!run.TryLose(failure))
            return; // it was stopped meanwhile; what nests by now does so in another run
        EndNested();
        EndIfNeeded();
    }

    /// <summary>The caller waits no longer for the run: it ends, after the current turn if there is one. Any thread.</summary>
    // Modelled in tests/models: restart.
    private void Abandon(HostedRun run)
    {
        NoteAbandoned(run);
        run.Abandon();
        EndIfNeeded();
    }

    /// <summary>If a newer run was given up, that one stays noted: this one must be over.</summary>
    private void NoteAbandoned(HostedRun run)
    {
        HostedRun? known;
        do
        {
            known = Volatile.Read(ref _abandoned);
            if (known is { IsOver: false })
                return;
        }
        while (Interlocked.CompareExchange(ref _abandoned, run, known) != known);
    }

    /// <summary>
    /// What notes that a run must end comes here, and so does what gives up the turn. The first writes the note, fences, and
    /// tries to have the turn; the second gives up the turn, fences, and reads the note: so one of the two ends the run.
    /// </summary>
    // Modelled in tests/models: restart.
    private void EndIfNeeded()
    {
        Interlocked.MemoryBarrier();
        while (_run is { MustEnd: true } run && _turns.TryTake())
        {
            bool ended = TryEnd(run);
            bool came = _turns.Leave();
            if (came)
                RequestTurn(); // of the next run; this one has no use for it
            if (ended)
                Finish(run, isTurn: false);
        }
    }

    /// <summary>Ends a run that must end or was stopped. The owner of the turn, with no turn of the loop on its stack.</summary>
    /// <returns>False: it continues, or is over.</returns>
    // Modelled in tests/models: hosted, restart.
    private bool TryEnd(HostedRun run)
    {
        if (_run != run || run.IsEnding || !(run.MustEnd || Turns.StopRequested))
            return false;
        End(run);
        return true;
    }

    // Modelled in tests/models: hosted, restart.
    private void End(HostedRun run)
    {
        run.BeginEnding();
        _run = null; // nothing posts for it any more
        _budget.Restart();
        try
        {
            _timer.Disarm();
        }
        catch (Exception exception)
        {
            run.TryLose(Gone(exception));
        }
        try
        {
            _sleeper.Leave();
        }
        catch (IOException exception)
        {
            run.TryLose(Failed(exception));
        }
        try
        {
            _host.Lifetime?.OnRunEnded(); // before another run can begin
        }
        catch (Exception exception)
        {
            run.TryLose(Failed(exception));
        }
        if (run.DecideFailure() is { } lost)
            _loop.LogLost(lost);
        run.Stranded = Turns.FindQueued(FindAwaiting, MostLookedAt);
        Turns.Detach(); // from here on another run may begin
        run.End();
        Interlocked.CompareExchange(ref _abandoned, null, run);
        EndNested(); // what began to nest since the run was seen to end: see PumpNested
    }

    /// <summary>Tells those that wait for the end of a run that is over. Neither the turn nor anything else is held.</summary>
    /// <param name="run">The run.</param>
    /// <param name="isTurn">Whether this is where the host runs a turn: there code that awaited the end may resume.</param>
    private void Finish(HostedRun run, bool isTurn)
    {
        if (run.Stranded is { } stranded)
            _loop.NoteStranded(stranded);
        _ends.Complete(run.Complete);
        if (_ends.HasWork)
        {
            if (isTurn && run.Reason != EndReason.Lost)
                _ends.RunWork();
            else if (run.Reason == EndReason.Lost || Hand(_runEnds) is not null)
                RunElsewhere();
        }
        run.Wait?.OnFinished();
    }

    /// <summary>Not through a link that closing cuts: what awaited the end resumes also when the loop is closed by then.</summary>
    private void RunEndsPosted()
    {
        if (!_poster.IsInline(_runEnds)) // else it would run inside a call of the user's
            _ends.RunWork();
    }

    /// <summary>There is no host to run it, and here it would run inside a call of the user's.</summary>
    private void RunElsewhere()
    {
        if (_ends.HasWork)
            ThreadPool.UnsafeQueueUserWorkItem(static ends => ends.RunWork(), _ends, preferLocal: false);
    }

    /// <summary>The host reports that it will run no more turns, a posted one included. Any thread.</summary>
    internal void OnHostLost(Exception exception)
    {
        Interlocked.Exchange(ref _posted, 0);
        Interlocked.Exchange(ref _isProbing, 0);
        if (_run is { } run)
            Lose(run, Gone(exception));
    }

    private InvalidOperationException Gone(Exception cause) =>
        new($"The host of {_loop.Name} is gone, and the loop has stopped: {LoopLog.MessageOf(cause)}", cause);

    private InvalidOperationException Failed(Exception cause) =>
        new($"{_loop.Name} cannot continue, and has stopped: {LoopLog.MessageOf(cause)}", cause);
}
