namespace IOLoops.Callbacks;

/// <summary>A task that a callback returned has failed: that is reported like an exception of the callback.</summary>
internal static class TaskFailures
{
    /// <summary>Reports when the task has ended: on the loop, or, when that is closed by then, where it ended.</summary>
    internal static void Observe(IOLoop loop, Delegate callback, Task task)
    {
        if (task.IsCompleted)
            Report(loop, callback, task);
        else
            TaskEnd.Then(task, new Observation(loop, callback, task).OnCompleted);
    }

    /// <summary>The same for work whose caller has cancelled it and left: that it then ends as cancelled is no failure.</summary>
    internal static void Observe(IOLoop loop, Delegate callback, Task task, CancellationToken cancelledBy)
    {
        if (!cancelledBy.CanBeCanceled)
            Observe(loop, callback, task);
        else if (!task.IsCompleted)
            TaskEnd.Then(task, () => Observe(loop, callback, task, cancelledBy));
        else if (!task.IsCanceled || !cancelledBy.IsCancellationRequested)
            new Observation(loop, callback, task).OnCompleted();
    }

    /// <summary>The same for a caller that is in a call of its own: what has ended already is reported at once.</summary>
    internal static void ReportOrObserve(IOLoop loop, Delegate callback, Task task, CancellationToken cancelledBy)
    {
        if (!task.IsCompleted)
            Observe(loop, callback, task, cancelledBy);
        else if (!task.IsCanceled || !cancelledBy.IsCancellationRequested)
            Report(loop, callback, task);
    }

    /// <summary>Reports a task that has ended, if it failed or was cancelled.</summary>
    internal static void Report(IOLoop loop, Delegate callback, Task task)
    {
        if (Of(task) is { } failure)
            loop.ReportFailure(callback, failure);
    }

    /// <summary>What a task has failed with; null: it has not, or not yet.</summary>
    internal static Exception? Of(Task task) =>
        task.IsFaulted ? task.Exception.InnerExceptions.Count == 1 ? task.Exception.InnerException! : task.Exception
        : task.IsCanceled ? new TaskCanceledException(task)
        : null;

    private sealed class Observation(IOLoop loop, Delegate callback, Task task) : INotice
    {
        internal void OnCompleted()
        {
            if (task.IsCompletedSuccessfully)
                return;
            // Also on the loop's thread: there this is inside whatever call has ended the task.
            bool isAccepted = loop.Core is { } core
                ? core.Poster.TryPost(NoticeInvoker.Item(callback, this))
                : loop.TryAddCallback(Run);
            if (!isAccepted)
                Run();
        }

        public void Run() => Report(loop, callback, task);
    }
}
