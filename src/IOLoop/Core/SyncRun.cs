namespace IOLoops.Core;

/// <summary>One call of <see cref="IOLoop.RunSync(Func{Task}, TimeSpan?)"/>.</summary>
internal sealed class SyncRun(IOLoop loop, Func<Task> func, Delegate original)
{
    private Task? _task;
    private bool _timedOut;
    private volatile bool _over; // a late end must not stop a later run

    /// <summary>Starts the loop and stops it when the function has ended.</summary>
    /// <returns>The ended task, whose failure has been rethrown.</returns>
    internal Task ToEnd(TimeSpan? timeout)
    {
        var limit = timeout is { } span ? loop.CallLater(span, OnTimeout) : default;
        loop.AddCallback(Begin);
        try
        {
            loop.Start();
        }
        finally
        {
            _over = true;
            if (!loop.IsRunning || loop.IsOnLoopThread)
                loop.RemoveTimeout(limit);
        }
        if (_task is { IsCompleted: true } ended)
        {
            ended.GetAwaiter().GetResult();
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
            loop.Stop();
    }

    private void OnTimeout()
    {
        if (_over || _task is { IsCompleted: true })
            return;
        _timedOut = true;
        loop.Stop();
    }
}
