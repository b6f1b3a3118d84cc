using IOLoops.Ownership;

namespace IOLoops.Tasks;

/// <summary>
/// What waits for the end of a loop's run: tasks, a <see cref="IOLoop.Close"/> that was asked for meanwhile, and code that awaited
/// the end inside a turn.
/// </summary>
/// <remarks>
/// Code that awaits the end of the run that it is part of would resume in a turn, and there are no more. So while the tasks are
/// ended, this thread is marked: what is posted to the loop's SynchronizationContext under that mark is kept here, and run behind
/// the run, where the loop may be closed.
/// </remarks>
internal sealed class RunEnds
{
    [ThreadStatic]
    private static RunEnds? t_ending;

    private readonly IOLoop _loop;
    private readonly Lock _gate = new();
    private readonly List<TaskCompletionSource> _waiting = []; // guarded by _gate; for the end of the current run
    private readonly List<TaskCompletionSource> _over = [];    // guarded by _gate; their run has ended, and they are about to end
    private readonly List<TaskCompletionSource> _closers = []; // guarded by _gate; for the loop to be closed
    private readonly Queue<Resuming> _resuming = []; // guarded by _gate
    private bool _closes;    // guarded by _gate; the loop is to be closed after its run
    private bool _isEnded;   // guarded by _gate; the run that the loop is to be closed after has ended
    private bool _isWorking; // guarded by _gate; a thread is at it

    internal RunEnds(IOLoop loop)
    {
        _loop = loop;
        RunWork = Work;
    }

    /// <summary>Closes the loop if that was asked for, and resumes code that awaited the end. Where user code may run.</summary>
    internal Action RunWork { get; }

    /// <summary>Whether nothing waits for the end of the run.</summary>
    internal bool IsIdle
    {
        get
        {
            lock (_gate)
                return _over.Count == 0 && !_closes && _resuming.Count == 0;
        }
    }

    internal bool HasWork
    {
        get
        {
            lock (_gate)
                return (_closes && _isEnded) || _resuming.Count > 0;
        }
    }

    /// <summary>Ends when the current run has ended. Any thread.</summary>
    /// <param name="cancellationToken">Ends the waiting.</param>
    internal Task Wait(CancellationToken cancellationToken)
    {
        TaskCompletionSource waiting;
        lock (_gate)
        {
            // IsRunning becomes false before OnEnded is called: a run that is seen running here ends later.
            if (!_loop.IsRunning)
                return Task.CompletedTask;
            waiting = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Add(waiting);
        }
        if (cancellationToken.CanBeCanceled)
            EndOnCancellation(waiting, cancellationToken);
        return waiting.Task;
    }

    /// <summary>Ends when the loop was closed after its run. Any thread.</summary>
    /// <returns>Null: it does not run.</returns>
    internal Task? WaitForClose()
    {
        lock (_gate)
        {
            if (!_loop.IsRunning)
                return null;
            var closer = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _closers.Add(closer);
            return closer.Task;
        }
    }

    /// <summary>Has the loop closed after its run. Any thread.</summary>
    /// <returns>False: it does not run.</returns>
    internal bool TryRequestClose()
    {
        lock (_gate)
        {
            if (!_loop.IsRunning)
                return false;
            _closes = true;
            _isEnded = false;
            return true;
        }
    }

    /// <summary>Whether the caller must close the loop: true for one of those that find it stopped.</summary>
    internal bool TryTakeClose()
    {
        lock (_gate)
        {
            if (!_closes || !_isEnded)
                return false;
            _closes = false;
            return true;
        }
    }

    /// <summary>The run has ended: IsRunning is false, and no other run can begin before this returns.</summary>
    internal void OnEnded()
    {
        lock (_gate)
        {
            _over.AddRange(_waiting);
            _waiting.Clear();
            _isEnded = true;
        }
    }

    /// <summary>Ends the tasks of those that wait for a run that is over. Any thread, holding nothing.</summary>
    /// <param name="also">Ends others of the run's.</param>
    internal void Complete(Action? also)
    {
        TaskCompletionSource[] over;
        lock (_gate)
        {
            over = [.. _over];
            _over.Clear();
        }
        using (Mark())
        {
            also?.Invoke();
            foreach (var waiting in over)
                waiting.TrySetResult();
        }
    }

    /// <summary>The loop was closed.</summary>
    internal void OnClosed()
    {
        TaskCompletionSource[] closers;
        lock (_gate)
        {
            closers = [.. _closers];
            _closers.Clear();
        }
        using (Mark())
        {
            foreach (var closer in closers)
                closer.TrySetResult();
        }
    }

    /// <summary>
    /// For the loop's SynchronizationContext: keeps what resumes behind the end of the run, as far as this thread is at that. It
    /// resumes in the caller's ExecutionContext.
    /// </summary>
    /// <returns>False: it is an ordinary post.</returns>
    internal bool TryDefer(SendOrPostCallback callback, object? state)
    {
        if (!ReferenceEquals(t_ending, this))
            return false;
        var resuming = new Resuming(callback, state, ExecutionContext.Capture() ?? DefaultContext.Instance);
        lock (_gate)
            _resuming.Enqueue(resuming);
        return true;
    }

    private Marked Mark()
    {
        var outer = t_ending;
        t_ending = this;
        return new Marked(outer);
    }

    private void Work()
    {
        lock (_gate)
        {
            if (_isWorking)
                return; // the thread that is at it, further up the stack or elsewhere, finds what is here
            _isWorking = true;
        }
        while (TryNext(out var next, out bool closes))
        {
            if (closes)
            {
                _loop.CloseQuietly();
                continue;
            }
            using (Mark())
            {
                try
                {
                    ExecutionContext.Run(next.Context, new ContextCallback(next.Callback), next.State);
                }
                catch (Exception exception)
                {
                    _loop.ReportFailure(next.Callback, exception);
                }
            }
        }
    }

    /// <summary>The next thing to do. Under one lock with the note that nothing is left: work that is added later finds no thread working.</summary>
    private bool TryNext(out Resuming next, out bool closes)
    {
        next = default;
        lock (_gate)
        {
            closes = _closes && _isEnded;
            if (closes)
            {
                _closes = false;
                return true;
            }
            if (_resuming.TryDequeue(out next))
                return true;
            _isWorking = false;
            return false;
        }
    }

    private void EndOnCancellation(TaskCompletionSource waiting, CancellationToken cancellationToken)
    {
        var registration = cancellationToken.UnsafeRegister(
            static (state, token) =>
            {
                var (ends, waiting) = ((RunEnds, TaskCompletionSource))state!;
                ends.Forget(waiting);
                waiting.TrySetCanceled(token);
            },
            (this, waiting));
        // Unregister: it does not wait for a callback that is under way.
        _ = waiting.Task.ContinueWith(
            static (_, registration) => ((CancellationTokenRegistration)registration!).Unregister(),
            registration,
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
    }

    private void Forget(TaskCompletionSource waiting)
    {
        lock (_gate)
            _waiting.Remove(waiting);
    }

    /// <summary>What was posted, and in which context.</summary>
    private readonly record struct Resuming(SendOrPostCallback Callback, object? State, ExecutionContext Context);

    private readonly ref struct Marked(RunEnds? outer)
    {
        public void Dispose() => t_ending = outer;
    }
}
