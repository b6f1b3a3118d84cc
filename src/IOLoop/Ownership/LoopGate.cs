namespace IOLoops.Ownership;

/// <summary>
/// Which thread may use the loop: the one that runs it; while none does, any one at a time; between the turns of a host the host's
/// own. It also knows whether the loop is attached, asked to stop, or closed: these decide it, and change under the same lock.
/// </summary>
/// <remarks>No code of the user's runs while the gate is held. See <see cref="IdleScope"/>, and docs/architecture.md.</remarks>
/// <param name="loop">The loop: named in errors. The gate sets whether it runs.</param>
/// <param name="isHostThread">For a hosted loop: whether the calling thread is its host's own.</param>
/// <param name="wake">Makes a turn happen.</param>
/// <param name="releases">What is released when the gate was left.</param>
internal sealed partial class LoopGate(IOLoop loop, Func<bool>? isHostThread, Action wake, HandleReleases releases)
{
    private readonly Lock _lock = new();
    private int _threadId;             // the thread that runs the loop, 0: none; written under the gate
    private int _interruptedThreadId;  // of a turn in which nested ones ran while a callback of it does; written under the gate
    private bool _isClosed;            // written under the gate
    private volatile bool _isAttached; // written under the gate
    private volatile bool _stop;

    internal bool IsOnLoopThread => Volatile.Read(ref _threadId) == Environment.CurrentManagedThreadId;

    internal bool IsAttached => _isAttached;

    /// <summary>Whether no turn runs and the calling thread is the host's own, so that it may use descriptors and timeouts.</summary>
    internal bool IsOnHostThread => _isAttached && Volatile.Read(ref _threadId) == 0 && isHostThread!();

    /// <summary>Whether the calling thread is the host's own, and the loop is not attached.</summary>
    internal bool IsOnIdleHostThread => !_isAttached && AskHost();

    internal bool StopRequested => _stop;

    private HandleReleases Releases => releases;

    /// <summary>To be read while the gate is held.</summary>
    internal bool IsClosed => _isClosed;

    /// <summary>To be read while the gate is held: whether a thread runs the loop, or a host does.</summary>
    internal bool IsRunning => _threadId != 0 || _isAttached;

    /// <summary>To be read while the gate is held: whether this thread runs the loop.</summary>
    internal bool IsRunBy(int threadId) => _threadId == threadId;

    /// <summary>Asks the current or the next run to end. Any thread. The caller fences, and wakes a loop that sleeps.</summary>
    internal void RequestStop() => _stop = true;

    /// <summary>Takes the gate for a few statements of our own. No run can begin or end meanwhile.</summary>
    internal Lock.Scope Hold() => _lock.EnterScope();

    /// <summary>Makes the calling thread the loop's for a run.</summary>
    /// <exception cref="InvalidOperationException">The loop runs already.</exception>
    /// <exception cref="ObjectDisposedException">The loop is closed.</exception>
    // Modelled in tests/models: close.
    internal void BeginRun()
    {
        using var held = Hold();
        ObjectDisposedException.ThrowIf(_isClosed, loop);
        if (_threadId != 0)
        {
            throw new InvalidOperationException(_threadId == Environment.CurrentManagedThreadId
                ? $"{loop.Name} is running already, further up this thread's stack. Await the work instead of starting the loop again."
                : $"{loop.Name} is running already on another thread. Use AddCallback or InvokeAsync to run something on it.");
        }
        _threadId = Environment.CurrentManagedThreadId;
        loop.SetRunning(true);
    }

    /// <summary>While the gate is held: no thread runs the loop any more. A stop request is served.</summary>
    internal void EndRun()
    {
        _threadId = 0;
        // In this order: a thread that sees the loop at rest may call Stop, which is for the next run, or Start.
        _stop = false;
        loop.SetRunning(false);
    }

    /// <summary>Begins a run in a host.</summary>
    /// <returns>False: it was stopped before it began, which this call has used up.</returns>
    /// <exception cref="InvalidOperationException">The loop runs already.</exception>
    /// <exception cref="ObjectDisposedException">The loop is closed.</exception>
    internal bool TryAttach()
    {
        using var held = Hold();
        ObjectDisposedException.ThrowIf(_isClosed, loop);
        if (_isAttached)
            throw new InvalidOperationException($"{loop.Name} is running already. Use AddCallback or InvokeAsync to run something on it.");
        if (_stop)
        {
            _stop = false;
            return false;
        }
        _isAttached = true;
        loop.SetRunning(true);
        return true;
    }

    /// <summary>While the gate is held: the host runs the loop no more. A stop request is served.</summary>
    internal void Detach()
    {
        _isAttached = false;
        // In this order: a thread that sees the loop at rest may call Stop, which is for the next run.
        _stop = false;
        loop.SetRunning(false);
    }

    /// <summary>While the gate is held, and the loop does not run: from now on every caller finds the gate closed.</summary>
    // Modelled in tests/models: close.
    internal void Close() => _isClosed = true;

    /// <summary>Makes the calling thread the loop's for one turn in a host.</summary>
    /// <returns>For <see cref="EndTurn"/>: the thread of the turn that this one interrupts.</returns>
    internal (int Outer, int Interrupted) BeginTurn()
    {
        using var held = Hold();
        var before = (_threadId, _interruptedThreadId);
        _interruptedThreadId = 0;
        _threadId = Environment.CurrentManagedThreadId;
        return before;
    }

    /// <returns>Whether the turn below must be restored when its callback returns: see <see cref="RestoreInterrupted"/>.</returns>
    internal bool EndTurn((int Outer, int Interrupted) before)
    {
        using var held = Hold();
        // The turn below, if there is one, is in the middle of a callback that lets the host run. Until that returns, what the host
        // runs is not in a turn, and has to wake the loop; afterwards the turn continues.
        // (Of a turn that was interrupted by Interrupt, or by a nested turn before, the thread is noted already.)
        _threadId = 0;
        _interruptedThreadId = before.Outer != 0 ? before.Outer : before.Interrupted;
        return _interruptedThreadId != 0;
    }

    /// <summary>The callback in which other turns ran has returned.</summary>
    internal void RestoreInterrupted()
    {
        if (_interruptedThreadId == 0)
            return;
        using var held = Hold();
        _threadId = _interruptedThreadId;
        _interruptedThreadId = 0;
    }

    /// <summary>The turn on the stack pumps its host: what the host runs meanwhile, other turns apart, is not in a turn.</summary>
    /// <returns>For <see cref="Resume"/>.</returns>
    internal int Interrupt()
    {
        using var held = Hold();
        int threadId = _threadId;
        _threadId = 0;
        return threadId;
    }

    internal void Resume(int threadId)
    {
        using var held = Hold();
        _threadId = threadId;
    }

    private void Wake() => wake();

    private bool AskHost() => isHostThread is not null && isHostThread();

    /// <summary>Why a loop cannot be closed, and what to do instead.</summary>
    internal string DescribeRun() => IsOnLoopThread
        ? $"{loop.Name} is running, and Close was called inside a turn of it, which lasts until this callback returns or awaits: await StopAsync(), then call Close. DisposeAsync does both."
        : $"{loop.Name} is running: await StopAsync(), or call Stop and wait for the end of its run, then Close; or await DisposeAsync(), which does both.";

    /// <summary>
    /// Off the loop's thread, while the gate is held: throws if the loop runs, so that its descriptors and timeouts may be
    /// used from here.
    /// </summary>
    private void VerifyIdle(bool isOnHost)
    {
        if (IsBusyElsewhere(isOnHost))
        {
            // Between two turns no thread is the loop's, and a host need not know its own.
            throw new InvalidOperationException(_threadId != 0
                ? $"{loop.Name} runs on another thread, and only that thread may use its descriptors and timeouts. Pass the call to AddCallback."
                : $"{loop.Name} runs in a host, and this thread is not known to be the host's. Only the host's thread may use the loop's descriptors and timeouts. Pass the call to AddCallback, or await SwitchTo() first.");
        }
        ObjectDisposedException.ThrowIf(_isClosed, loop);
    }

    /// <summary>Off the loop's thread, while the gate is held: whether the loop runs, so that it may not be used from here.</summary>
    private bool IsBusyElsewhere(bool isOnHost) => _threadId != 0 || (_isAttached && !isOnHost);
}
