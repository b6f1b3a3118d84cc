namespace IOLoops.Hosting;

/// <summary>One run of a hosted loop, from being attached to its end.</summary>
/// <param name="isAwaited">Whether a thread waits for its end, by pumping the host or by blocking.</param>
/// <param name="wait">What that thread blocks on; null: it does not block.</param>
internal sealed class HostedRun(bool isAwaited, RunWait? wait = null)
{
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _state;                          // a RunState; volatile
    private int _reason;                         // an EndReason; interlocked
    private InvalidOperationException? _failure; // interlocked; written before _reason says that the run was lost
    private InvalidOperationException? _endedBy; // written before _state says that the run is over

    internal RunState State => (RunState)Volatile.Read(ref _state);

    internal EndReason Reason => (EndReason)Volatile.Read(ref _reason);

    internal bool IsEnding => State >= RunState.Ending;

    internal bool IsOver => State == RunState.Over;

    /// <summary>Whether the run must end although <see cref="IOLoop.Stop"/> was not called.</summary>
    internal bool MustEnd => Reason != EndReason.Stopped;

    internal bool IsAwaited => isAwaited;

    internal RunWait? Wait => wait;

    /// <summary>The host's one thread, as far as it is known. Written before <see cref="State"/> says that the run has begun.</summary>
    internal Thread? HostThread { get; private set; }

    /// <summary>Code that awaited something when the run ended, and was about to resume in it. Set by its end.</summary>
    internal string? Stranded { get; set; }

#pragma warning disable VSTHRD003 // it is pumped for, or waited for on a thread that is not the host's
    /// <summary>Ends with the run, never with a failure: see <see cref="ThrowIfLost"/>.</summary>
    internal Task Ended => _ended.Task;

    /// <summary>Ends with the run, with what it was lost by.</summary>
    internal Task Completion => _completion.Task;
#pragma warning restore VSTHRD003

    /// <summary>The first turn begins. The owner of the turn.</summary>
    /// <param name="isHostThread">Whether this is known to be the host's one thread.</param>
    internal void NoteFirstTurn(bool isHostThread)
    {
        // The pool's threads come and go without meaning anything.
        if (isHostThread && !Thread.CurrentThread.IsThreadPoolThread)
            HostThread = Thread.CurrentThread;
        Volatile.Write(ref _state, (int)RunState.Running);
        wait?.OnBegun(HostThread is not null);
    }

    /// <summary>The caller waits no longer for the run. Any thread; after it <see cref="MustEnd"/> is true.</summary>
    internal void Abandon() => Interlocked.CompareExchange(ref _reason, (int)EndReason.Abandoned, (int)EndReason.Stopped);

    /// <summary>The run cannot continue. Any thread; after it <see cref="MustEnd"/> is true. The first failure is the one that counts.</summary>
    /// <returns>False: it is over.</returns>
    internal bool TryLose(InvalidOperationException failure)
    {
        if (IsOver)
            return false;
        Interlocked.CompareExchange(ref _failure, failure, null);
        Interlocked.Exchange(ref _reason, (int)EndReason.Lost);
        return true;
    }

    /// <summary>From now on turns find nothing to do. The owner of the turn.</summary>
    internal void BeginEnding() => Volatile.Write(ref _state, (int)RunState.Ending);

    /// <summary>
    /// Decides what the run has ended by. A post that was on its way may fail later, as the host may go then: that is not why it
    /// ended.
    /// </summary>
    /// <returns>What it was lost by; null: nothing.</returns>
    internal InvalidOperationException? DecideFailure() => _endedBy = Reason == EndReason.Lost ? Volatile.Read(ref _failure) : null;

    internal void End() => Volatile.Write(ref _state, (int)RunState.Over);

    /// <summary>Ends the tasks. Holds no lock: this may post to the SynchronizationContext of code that awaits them.</summary>
    internal void Complete()
    {
        _ended.TrySetResult();
        if (_endedBy is null)
        {
            _completion.TrySetResult();
            return;
        }
        _completion.TrySetException(_endedBy);
        _ = _completion.Task.Exception; // it was logged: a task that is not observed must not be reported again by its finalizer
    }

    /// <summary>Each caller gets an exception of its own, for its own stack.</summary>
    internal void ThrowIfLost()
    {
        if ((IsOver ? _endedBy : Volatile.Read(ref _failure)) is { } lost)
            throw new InvalidOperationException(lost.Message, lost.InnerException);
    }
}
