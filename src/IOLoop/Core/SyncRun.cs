namespace IOLoops.Core;

/// <summary>One call of <see cref="IOLoop.RunSync(Func{Task}, TimeSpan?)"/>.</summary>
/// <param name="loop">Where the function runs.</param>
/// <param name="func">The function.</param>
/// <param name="original">The delegate that the caller gave.</param>
/// <param name="stop">Ends what is given to <see cref="ToEnd"/>. On the loop.</param>
internal sealed class SyncRun(IOLoop loop, Func<Task> func, Delegate original, Action stop) : INamedWork
{
    private Task? _task;
    private bool _timedOut;
    private volatile bool _over; // a late end must not stop a later run

    Delegate INamedWork.Original => original;

    /// <summary>Runs the loop and stops that when the function has ended.</summary>
    /// <param name="timeout">How long it may take, by the loop's clock.</param>
    /// <param name="run">Runs the loop until it is stopped; false: the time was over.</param>
    /// <returns>The ended task, whose failure has been rethrown.</returns>
    internal Task ToEnd(TimeSpan? timeout, Func<bool> run)
    {
        var limit = timeout is { } span ? loop.CallLater(span, OnTimeout) : default;
        loop.AddCallback(Begin);
        try
        {
            if (!run())
                _timedOut = true;
        }
        finally
        {
            _over = true;
            if (!loop.IsRunning || loop.IsOnLoopThread)
                loop.RemoveTimeout(limit);
        }
        if (_task is { IsCompleted: true } ended)
        {
#pragma warning disable VSTHRD103 // it has ended
            ended.GetAwaiter().GetResult();
#pragma warning restore VSTHRD103
            return ended;
        }
        if (_task is not null)
            TaskFailures.Observe(loop, original, _task);
        throw _timedOut
            ? new TimeoutException($"The function given to RunSync has not ended within {timeout}; it goes on whenever the loop runs.")
            : new InvalidOperationException("Stop() ended the loop before the function given to RunSync had ended.");
    }

    private void Begin()
    {
        if (_over)
            return;
        try
        {
            _task = func() ?? Task.FromException(new InvalidOperationException("The function given to RunSync returned null instead of a task."));
        }
        catch (Exception exception)
        {
            _task = Task.FromException(exception); // rethrown by ToEnd with this stack
        }
        if (_task.IsCompleted)
            End();
        else
            TaskEnd.Then(_task, () => loop.TryAddCallback(End));
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
}
