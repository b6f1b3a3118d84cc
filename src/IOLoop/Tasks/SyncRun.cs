using IOLoops.Callbacks;
using IOLoops.Ownership;

namespace IOLoops.Tasks;

/// <summary>One call of <see cref="IOLoop.RunSync(Func{Task}, TimeSpan?)"/>.</summary>
/// <param name="loop">Where the function runs.</param>
/// <param name="func">The function.</param>
/// <param name="original">The delegate that the caller gave.</param>
/// <param name="stop">Ends what is given to <see cref="ToEnd"/>. On the loop.</param>
/// <param name="cancellationToken">Ends the waiting; a function that has begun continues.</param>
internal sealed class SyncRun(IOLoop loop, Func<Task> func, Delegate original, Action stop, CancellationToken cancellationToken) : INamedWork
{
    private Task? _task;
    private bool _timedOut;
    private volatile bool _over; // a late end must not stop a later run
    private int _taken;          // whether the caller, or else the exception hook, has the task's outcome; interlocked

    Delegate INamedWork.Original => original;

    /// <summary>Runs the loop and stops that when the function has ended.</summary>
    /// <param name="timeout">How long it may take, by the loop's clock.</param>
    /// <param name="run">Runs the loop until it is stopped; false: the time was over, or the token was cancelled.</param>
    /// <returns>The ended task, whose failure has been rethrown.</returns>
    internal Task ToEnd(TimeSpan? timeout, Func<bool> run)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var limit = timeout is { } span ? loop.CallLater(span, OnTimeout) : default;
        Post(BeginInvoker.Instance, Begin);
        var registration = cancellationToken.UnsafeRegister(static run => ((SyncRun)run!).OnCancelled(), this);
        try
        {
            if (!run() && !cancellationToken.IsCancellationRequested)
                _timedOut = true;
        }
        catch
        {
            Leave(registration, limit);
            if (TakeTask() is { } begun)
                ObserveLate(begun);
            throw;
        }
        Leave(registration, limit);
        return Outcome(timeout);
    }

    private void Leave(CancellationTokenRegistration registration, TimeoutHandle limit)
    {
        _over = true;
        Interlocked.MemoryBarrier(); // here the note and then a look at the task, in Begin the other way round
        registration.Unregister();
        if (loop.IsRunning && !loop.IsOnLoopThread)
            return; // it does nothing when it comes
        try
        {
            loop.RemoveTimeout(limit);
        }
        catch (InvalidOperationException)
        {
            // Another thread has just started the loop: what this call ends with is not to be hidden by that.
        }
    }

    private Task Outcome(TimeSpan? timeout)
    {
        if (TakeTask() is { } task)
        {
            if (task.IsCompleted)
            {
#pragma warning disable VSTHRD103 // it has ended
                task.GetAwaiter().GetResult();
#pragma warning restore VSTHRD103
                return task;
            }
            ObserveLate(task);
        }
        if (!_timedOut)
            cancellationToken.ThrowIfCancellationRequested();
        throw _timedOut
            ? new TimeoutException($"The function given to RunSync has not ended within {timeout}. What it has begun continues whenever the loop runs.")
            : new InvalidOperationException("Stop() ended the loop before the function given to RunSync had ended.");
    }

    /// <summary>The function's task; null: it has not begun, or begins only now and handles its own end.</summary>
    private Task? TakeTask() => Volatile.Read(ref _task) is { } task && Interlocked.Exchange(ref _taken, 1) == 0 ? task : null;

    /// <summary>The caller waits no longer for the function: its failure goes to the hook. A cancellation by the caller's own token is no failure.</summary>
    private void ObserveLate(Task task) => TaskFailures.Observe(loop, original, task, cancellationToken);

    private void Begin()
    {
        if (_over)
            return;
        if (cancellationToken.IsCancellationRequested)
        {
            stop();
            return;
        }
        Task task;
        try
        {
            task = func() ?? Task.FromException(new InvalidOperationException("The function given to RunSync returned null instead of a task."));
        }
        catch (Exception exception)
        {
            task = Task.FromException(exception); // rethrown by ToEnd with this stack
        }
        Volatile.Write(ref _task, task);
        Interlocked.MemoryBarrier(); // see Leave
        if (_over)
        {
            // In a call of its own, so what has ended may be reported right here. No later turn of this run will come.
            if (TakeTask() is { } late)
                TaskFailures.ReportOrObserve(loop, original, late, cancellationToken);
        }
        else if (task.IsCompleted)
        {
            End();
        }
        else
        {
            TaskEnd.Then(task, () => loop.TryAddCallback(End));
        }
    }

    private void End()
    {
        if (!_over)
            stop();
    }

    private void OnTimeout()
    {
        if (_over || _task is { IsCompleted: true })
            return;
        _timedOut = true;
        stop();
    }

    /// <summary>On the thread that cancels. The loop is stopped by a turn of its own: a stop from here might come after the run's end, and end the next.</summary>
    private void OnCancelled()
    {
        if (!_over)
            Post(EndInvoker.Instance, End);
    }

    private void Post(WorkInvoker invoker, Action callback)
    {
        if (loop.Core is { } core)
            core.Poster.TryPost(new WorkItem(original, this, invoker, DefaultContext.Capture()));
        else
            loop.TryAddCallback(callback);
    }

    private sealed class BeginInvoker : WorkInvoker
    {
        internal static readonly BeginInvoker Instance = new();

        internal override bool IsMissed(object? state) => !((SyncRun)state!)._over;

        internal override Task? Invoke(Delegate callback, object? state)
        {
            ((SyncRun)state!).Begin();
            return null;
        }
    }

    private sealed class EndInvoker : WorkInvoker
    {
        internal static readonly EndInvoker Instance = new();

        internal override bool IsMissed(object? state) => false;

        internal override Task? Invoke(Delegate callback, object? state)
        {
            ((SyncRun)state!).End();
            return null;
        }
    }
}
