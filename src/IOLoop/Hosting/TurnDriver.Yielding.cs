namespace IOLoops.Hosting;

/// <summary>Giving way to the host's other work.</summary>
internal sealed partial class TurnDriver
{
    private const int BehindMark = 1; // in the ticket of a turn that a host runs behind its other work

    /// <summary>
    /// Whether a turn leaves the handlers that it has not yet called to the next one, so that the host waits for one handler at most,
    /// not for all that are ready. Null: it never does.
    /// </summary>
    internal Func<bool>? PausesBatch => _budget.IsLimited ? IsBatchToPause : null;

    /// <summary>Between two handlers. A run that is to end finishes its batch.</summary>
    private bool IsBatchToPause()
    {
        if (!_budget.IsSpent() || _run is not { IsEnding: false, MustEnd: false } run || Turns.StopRequested)
            return false;
        if (IsOtherWorkWaiting(run))
            return true;
        _budget.BeginAgain(); // to ask costs something
        return false;
    }

    /// <summary>Whether a short turn may be followed by another one in the same post. Not a nested one: a nested RunSync looks for its end after each post.</summary>
    private bool MayContinue()
    {
        if (_turns.Depth > 1 || (_budget.IsLimited && IsBatchToPause()))
            return false;
        return _run is { IsEnding: false, MustEnd: false }; // asked last: the host may just have been found gone
    }

    /// <summary>A turn has come and the budget is used up: whether it gives way.</summary>
    private bool MustGiveWay(HostedRun run)
    {
        bool gives = IsOtherWorkWaiting(run);
        if (gives)
            _budget.Restart();
        else
            _budget.BeginAgain();
        return gives;
    }

    /// <summary>Whether the host has other work, as far as it knows. The owner of the turn.</summary>
    private bool IsOtherWorkWaiting(HostedRun run)
    {
        try
        {
            return _host.Yielding is not { } yielding || yielding.HasOtherWork || _budget.IsUpUnasked();
        }
        catch (Exception exception)
        {
            run.TryLose(Gone(exception));
            return false; // the turn ends the run
        }
    }

    /// <summary>
    /// The turn that came is posted again, behind the host's other work. The loop stays awake meanwhile, so that nothing else posts one
    /// on its behalf. A turn of another thread that came just now needs no note: this one comes again. On a host that nests, a turn
    /// that gives way has run no user code yet.
    /// </summary>
    // Modelled in tests/models: hosted.
    private void GiveWay(HostedRun run)
    {
        _budget.NoteGivingWay();
        _turns.Leave();
        if (_run == run)
            PostBehind(run);
        EndIfNeeded();
    }

    // Modelled in tests/models: hosted.
    private void PostBehind(HostedRun run)
    {
        int ticket = _host.Yielding is null ? NewTicket() : NewTicket() | BehindMark;
        if (Interlocked.CompareExchange(ref _posted, ticket, 0) != 0)
            return;
        try
        {
            _poster.PostBehind(_link.Turn);
        }
        catch (Exception exception)
        {
            Interlocked.Exchange(ref _posted, 0); // it will not come
            Lose(run, Gone(exception));
        }
    }
}
