using System.Runtime.InteropServices;
using IOLoops.Callbacks;
using IOLoops.Diagnostics;

namespace IOLoops.Turns;

/// <summary>
/// Being run turn by turn inside a host's loop: the loop runs from <see cref="Attach"/> to <see cref="Detach"/>, and has a
/// thread only while a turn does. Turns and what is between them is the caller's to keep apart.
/// </summary>
internal sealed partial class LoopCore
{
    private readonly Func<bool>? _isHostThread;
    private volatile bool _isAttached; // written under _runGate

    internal bool IsAttached => _isAttached;

    /// <summary>Whether the calling thread is the host's own, so that it may use descriptors and timeouts between turns.</summary>
    internal bool IsOnHostThread => _isAttached && _isHostThread!();

    /// <summary>Whether the last poll found anything ready: then the next may, too.</summary>
    private bool FoundReady => _readyCount > 0;

    /// <summary>Whether there are descriptors that somebody must wait for.</summary>
    private bool HasDescriptors => _handlers.Count > (_alwaysReady?.Count ?? 0);

    /// <summary>When the earliest timeout is due; <see cref="long.MaxValue"/>: never.</summary>
    private long Deadline => _timeouts.IsEmpty ? long.MaxValue : _timeouts.Earliest;

    /// <summary>Whether something waits for the next turn, descriptors aside.</summary>
    private bool HasQueuedWork => _callbacks.HasWork || _timeouts.HasDueBatch || HasReadyBatch || _hasEnded || _removalRequested;

    /// <summary>Looks for something among the callbacks that wait. The owner of the loop, between turns.</summary>
    internal string? FindQueued(Func<WorkItem, string?> find, int most) => _callbacks.Find(find, most);

    /// <summary>Begins a run.</summary>
    /// <returns>False: it was stopped before it began, which this call has used up.</returns>
    /// <exception cref="InvalidOperationException">The loop runs already.</exception>
    /// <exception cref="ObjectDisposedException">The loop is closed.</exception>
    internal bool Attach()
    {
        lock (_runGate)
        {
            ObjectDisposedException.ThrowIf(_closed, _loop);
            if (_isAttached)
                throw new InvalidOperationException($"{_loop.Name} is running already. Use AddCallback or InvokeAsync to run something on it.");
            if (_stop)
            {
                _stop = false;
                return false;
            }
            _isAttached = true;
            _loop.SetRunning(true);
        }
        _callbacks.WakeUp(); // a turn is about to be posted
        return true;
    }

    /// <summary>Ends a run; a stop request is served, what is queued stays. Not inside a turn.</summary>
    /// <remarks>
    /// The removals that it serves are made under the gate: this need not be the host's thread, which may use the loop meanwhile. Waits
    /// that end by it are told in the next run, or when the loop is closed.
    /// </remarks>
    internal void Detach()
    {
        _observation?.Restart();
        var served = new List<(RemovalRequest Request, Task Removal)>();
        SafeHandle[] released;
        lock (_runGate)
        {
            while (_removals.TryDequeue(out var request))
            {
                RemoveNow(request.Descriptor);
                served.Add((request, EndOfCalls(request.Descriptor, request.Caller)));
            }
            _removalRequested = false;
            released = TakeReleased(0);
            _isAttached = false;
            // In this order: a thread that sees the loop at rest may call Stop, which is for the next run.
            _stop = false;
            _loop.SetRunning(false);
        }
        foreach (var handle in released)
            ReleaseNow(handle);
        foreach (var (request, removal) in served)
            request.EndWith(removal);
    }

    /// <summary>One turn in a host, on this thread, which may be inside another one.</summary>
    /// <param name="context">The <see cref="SynchronizationContext"/> inside callbacks.</param>
    /// <param name="isVirtual">Whether a turn comes anyway, every millisecond of the host's time.</param>
    /// <param name="isNextPosted">Whether the next turn is posted already, by this one before it called anybody; null: never.</param>
    /// <returns>What comes next. When the loop sleeps, any thread may make a turn happen by <see cref="TryWake"/>.</returns>
    internal NextTurn TurnInHost(SynchronizationContext? context, bool isVirtual, Func<bool>? isNextPosted)
    {
        var scope = EnterTurn(context);
        try
        {
            if (!_stop)
                Turn(0);
        }
        finally
        {
            ExitTurn(scope);
        }
        if (_stop)
            return NextTurn.Stop;
        // A descriptor that was ready may be again: a turn that finds nothing is cheaper than waking two threads.
        if (isNextPosted?.Invoke() == true || HasQueuedWork || (!isVirtual && (FoundReady || HasAlwaysReadyWork())) || !TrySleep())
            return NextTurn.Again;
        return new NextTurn(NextTurnKind.Sleep, Deadline, HasDescriptors);
    }

    /// <summary>Makes the calling thread the loop's for one turn.</summary>
    private RunScope EnterTurn(SynchronizationContext? context)
    {
        int outer;
        int interrupted;
        lock (_runGate)
        {
            outer = _threadId;
            interrupted = _interruptedThreadId;
            _interruptedThreadId = 0;
            _threadId = Environment.CurrentManagedThreadId;
        }
        var scope = EnterThread(context);
        scope.OuterThreadId = outer;
        scope.InterruptedThreadId = interrupted;
        return scope;
    }

    private void ExitTurn(in RunScope scope)
    {
        if (_stop)
            EndRun();
        lock (_runGate)
        {
            // The turn below, if there is one, is in the middle of a callback that lets the host run. Until that returns,
            // what the host runs is not in a turn, and has to wake the loop; afterwards LeaveContext goes on with that turn.
            // (Of a turn that was interrupted by InterruptTurn, or by a nested turn before, the thread is noted already.)
            _threadId = 0;
            _interruptedThreadId = scope.OuterThreadId != 0 ? scope.OuterThreadId : scope.InterruptedThreadId;
            _mustRestore |= _interruptedThreadId != 0;
        }
        LeaveThread(scope);
    }

    /// <summary>
    /// The turn on the stack pumps its host: what the host runs meanwhile, other turns apart, is not in a turn.
    /// </summary>
    /// <returns>For <see cref="ResumeTurn"/>.</returns>
    internal InterruptedTurn InterruptTurn()
    {
        var call = Mark?.Interrupt() ?? default;
        lock (_runGate)
        {
            var turn = new InterruptedTurn(_threadId, _current, call);
            _threadId = 0;
            _current = null;
            return turn;
        }
    }

    internal void ResumeTurn(in InterruptedTurn turn)
    {
        lock (_runGate)
        {
            _threadId = turn.ThreadId;
            _current = turn.Current;
        }
        Mark?.Resume(turn.Call);
    }

    /// <summary>A turn that waits for those that its host runs meanwhile.</summary>
    internal readonly record struct InterruptedTurn(int ThreadId, IOHandler? Current, CallMark.Interrupted Call);

    /// <summary>
    /// Goes to sleep, unless there is work. From then on any thread may make a turn happen, by <see cref="TryWake"/>.
    /// </summary>
    internal bool TrySleep()
    {
        if (!_callbacks.TrySleep())
            return false;
        // TrySleep has fenced: a stop or a removal that was asked for before is seen here, and who asks from now on sees the
        // loop asleep. Both may see each other: the wake is taken by one of them.
        return !(_stop || _removalRequested) || !_callbacks.NeedsWake();
    }

    /// <summary>Whether the caller is the one who must make a turn happen: true once per sleep.</summary>
    internal bool TryWake() => _callbacks.NeedsWake();
}
