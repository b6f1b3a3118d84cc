
namespace IOLoops.Hosting;

/// <summary>Beginning runs, stopping them, and pumping the host for them.</summary>
internal sealed partial class TurnDriver
{
    private static readonly TimeSpan FirstProbe = TimeSpan.FromMilliseconds(100);

    private readonly List<TaskCompletionSource> _nested = []; // guarded by itself
    private volatile HostedRun? _lastRun;
    private int _isProbing;  // whether a probe is posted that has not run; interlocked
    private long _lastProbe; // in milliseconds
    private int _probedAt;   // how many turns had run by then

    /// <summary>Of the current or the last run.</summary>
#pragma warning disable VSTHRD003 // callers await it
    internal Task Completion => _lastRun?.Completion ?? Task.CompletedTask;
#pragma warning restore VSTHRD003

    /// <summary>Whether there ever was a run.</summary>
    internal bool HasRun => _lastRun is not null;

    internal bool CanPump => _host.CanPump;

    // Modelled in tests/models: restart.
    internal void Attach() => Begin(isAwaited: false, null)?.ThrowIfLost();

    /// <summary>Attaches the loop and waits for its end.</summary>
    /// <returns>False: the limit was reached, or the token cancelled, first.</returns>
    internal bool Run(TimeSpan? limit, CancellationToken cancellationToken)
    {
        bool pumps = CanPump;
        if (!pumps && !Turns.IsAttached && !Turns.StopRequested && !_loop.IsClosed && _host.IsOnHostThread)
            throw CannotPump(); // before a turn is posted that would not be needed
        if (pumps)
            return Begin(isAwaited: true, null) is not { } pumped || PumpToEnd(pumped, limit, cancellationToken);
        using var wait = new RunWait(cancellationToken);
        return Begin(isAwaited: true, wait) is not { } run || WaitForEndAway(run, wait, limit);
    }

    internal void Stop()
    {
        if (_run is not null && _host.IsOnHostThread && TryEndNow())
            return;
        bool isPosted = Volatile.Read(ref _posted) != 0;
        Turns.Stop();
        if (!isPosted || _run is not { } run)
            return;
        if (run is { IsAwaited: true, State: RunState.Posted })
            Abandon(run); // the thread that waits may keep the host from ever running a turn
        else
            Probe(run);
    }

    /// <summary>Between turns, on the host's own thread: what another turn would find is known already.</summary>
    private bool TryEndNow()
    {
        if (!_turns.TryTake())
            return false; // a turn is on the stack, or another thread is about to end the run
        var run = _run;
        if (run is not null)
        {
            EndNested();
            End(run);
        }
        if (_turns.Leave())
            RequestTurn();
        if (run is not null)
            Finish(run, isTurn: false); // inside a call of the user's
        EndIfNeeded();
        return run is not null;
    }

    /// <summary>
    /// A host that was disposed may have dropped the turn that is posted, and says so only when asked for another. One probe
    /// at a time, except one that is long outstanding, and so may have been dropped itself.
    /// </summary>
    private void Probe(HostedRun run)
    {
        long now = Environment.TickCount64;
        if (Interlocked.Exchange(ref _isProbing, 1) != 0 && now - Volatile.Read(ref _lastProbe) < FirstProbe.TotalMilliseconds)
            return;
        Volatile.Write(ref _lastProbe, now);
        Volatile.Write(ref _probedAt, Volatile.Read(ref _came));
        if (Hand(_link.Probe) is not { } failure)
        {
            WatchDeadThread(run);
            return;
        }
        Interlocked.Exchange(ref _isProbing, 0); // it will not come; a turn that is posted may
        Lose(run, failure);
    }

    /// <summary>
    /// A probe has come: the host takes what it is given. It may have dropped the turn before it all the same. That is asked with the
    /// turn's ticket, for the turn may have been given to the host after this probe; if it was dropped, it is posted again.
    /// </summary>
    internal void OnProbe()
    {
        if (_poster.IsInline(_link.Probe))
            return;
        Interlocked.Exchange(ref _isProbing, 0);
        if (_run is { } run && !_host.UsesVirtualTime && Volatile.Read(ref _posted) != 0 && Volatile.Read(ref _came) == Volatile.Read(ref _probedAt))
            Inherit(run);
    }

    /// <summary>Pumps the host, turns nested in what is on the stack, until a task has ended.</summary>
    /// <returns>False: the limit was reached, or the token cancelled, first, and the host ran no turn that says so.</returns>
    /// <exception cref="InvalidOperationException">The host cannot be pumped.</exception>
    // Modelled in tests/models: nested.
    internal bool PumpNested(TaskCompletionSource until, TimeSpan? limit, CancellationToken cancellationToken)
    {
        var run = _run;
        void GiveUp()
        {
            if (until.TrySetResult() && run is not null)
                Probe(run); // a turn that the host has dropped is posted again
        }
        using var watch = Watch(limit, GiveUp, cancellationToken);
        lock (_nested)
            _nested.Add(until);
        // Another thread may end the run meanwhile, or say that it must end. It does that first, and then ends what nests (EndNested);
        // here it is the other way round, and both take the lock of _nested: so one of the two sees the other.
        if (!Turns.IsAttached || _run != run || run is { MustEnd: true })
            until.TrySetResult();
        try
        {
            if (run is not null)
                PostTurn(run); // the turn that is on the stack posts none before it ends
            if (!CanPump)
                throw CannotPump();
            Pump(until.Task);
        }
        finally
        {
            lock (_nested)
                _nested.Remove(until);
        }
        run?.ThrowIfLost();
        return watch is not { IsReached: true };
    }

    /// <summary>Real time is none of a host's that has a virtual one.</summary>
    private PumpLimit? Watch(TimeSpan? limit, Action end, CancellationToken cancellationToken) =>
        _host.UsesVirtualTime ? null : PumpLimit.Begin(limit, end, cancellationToken);

    private void Pump(Task until)
    {
        var turn = Turns.Interrupt();
        try
        {
            using var outside = HostPoster.Outside();
            _host.Pump(until);
        }
        finally
        {
            Turns.Resume(turn);
        }
    }

    private HostedRun? Begin(bool isAwaited, RunWait? wait)
    {
        if (!Turns.Attach())
            return null;
        try
        {
            _host.Lifetime?.OnRunBeginning();
        }
        catch
        {
            Turns.Detach();
            _ends.Complete(null); // those that took it for running meanwhile
            RunElsewhere();
            throw;
        }
        Interlocked.Exchange(ref _isProbing, 0); // one of the run before, which the host may have dropped
        var run = new HostedRun(isAwaited, wait);
        _lastRun = run;
        _run = run; // null since before the last run was over
        // A turn of an earlier run clears _posted, fences, and reads _run, or has the owner read it: it either is ours, or is seen
        // to have come.
        Interlocked.MemoryBarrier();
        if (_host.UsesVirtualTime || Volatile.Read(ref _posted) == 0)
            PostNext(run);
        else
            Inherit(run);
        _poster.AwaitFirstElsewhere(Silence);
        return run;
    }

    /// <summary>
    /// A turn of an earlier run, which was given up, is still in the host's queue, and will be this run's first; unless the host has
    /// dropped it. What is posted behind it tells: if it comes first, another turn is posted.
    /// </summary>
    // Modelled in tests/models: restart.
    private void Inherit(HostedRun run)
    {
        _inheriting = run;
        Interlocked.MemoryBarrier(); // before what was given to the host is read: see NoteHanded
        int posted = Volatile.Read(ref _posted);
        if ((posted & BehindMark) != 0 && _host.Yielding is not null)
            InheritBehind(run, posted);
        else
            Inquire(run, Volatile.Read(ref _handed));
    }

    /// <summary>
    /// A question would come before a turn that the host runs behind its other work. So that work is given time first. If it takes
    /// longer, a second turn is posted, and there are two until the loop next sleeps or the run ends: they do not overlap.
    /// </summary>
    private void InheritBehind(HostedRun run, int ticket) => _ = Task.Delay(Silence).ContinueWith(
        _ =>
        {
            if (_run == run && Volatile.Read(ref _posted) == ticket)
                Inquire(run, ticket);
        },
        TaskScheduler.Default);

    // Modelled in tests/models: restart.
    private void Inquire(HostedRun run, int ticket)
    {
        if (Hand(new TurnLink.Inquiry(_link, run, ticket).Work) is { } failure)
            Lose(run, failure);
    }

    /// <summary>On the host.</summary>
    /// <param name="inquiry">What has come.</param>
    /// <param name="run">The run that asks.</param>
    /// <param name="ticket">
    /// Of the last turn that the host had been given before it was asked. If that one is still posted, it was dropped. One that a thread
    /// has yet to hand over has another ticket: it comes, or that thread learns that it does not.
    /// </param>
    // Modelled in tests/models: restart.
    internal void OnInquiry(TurnLink.Inquiry inquiry, HostedRun run, int ticket)
    {
        if (_poster.IsInline(inquiry.Work) || run != _run || ticket == 0 || Volatile.Read(ref _posted) != ticket)
            return;
        Interlocked.Exchange(ref _posted, 0);
        PostTurn(run);
    }

    private bool PumpToEnd(HostedRun run, TimeSpan? limit, CancellationToken cancellationToken)
    {
        void GiveUp()
        {
            if (_run != run)
                return;
            Abandon(run);
            EndNested();
        }
        using var watch = Watch(limit, GiveUp, cancellationToken);
        try
        {
            using var outside = HostPoster.Outside();
            _host.Pump(run.Ended);
        }
        catch
        {
            Abandon(run);
            throw;
        }
        if (!run.Ended.IsCompleted)
            Lose(run, new InvalidOperationException($"The host of {_loop.Name} stopped being pumped before the loop was stopped."));
        run.ThrowIfLost();
        return watch is not { IsReached: true };
    }

    private InvalidOperationException CannotPump() => new(
        $"This is the thread of {_loop.Name}'s host, which cannot be pumped. Waiting here for the loop would deadlock. Call Attach, and await instead of blocking.");
}
