using IOLoops;

namespace Faults;

/// <summary>A loop that runs while faults are injected.</summary>
internal abstract class Subject(Trial trial) : IDisposable
{
    internal abstract IOLoop Loop { get; }

    /// <summary>Ends with the run, and fails as it does.</summary>
    internal abstract Task Run { get; }

    internal Trial Trial => trial;

    /// <summary>Waits until the task has ended, the run has, or the loop has logged a failure.</summary>
    internal void Await(Task task, string what)
    {
        int first = Task.WaitAny([task, Run, trial.Logged], Trial.Patience);
        if (first == 2)
            first = Task.WaitAny([task, Run], TimeSpan.FromMilliseconds(50)); // it may concern something else
        if (task.IsCompleted)
            task.GetAwaiter().GetResult();
        else if (Run.IsCompleted)
            throw Run.Exception?.InnerException ?? new InvalidOperationException($"The run ended during {what}.");
        else if (trial.Logged.IsCompleted)
            throw new OperationCanceledException($"A logged failure prevents {what}.");
        else
            throw new HungException(what);
    }

    internal T Await<T>(Task<T> task, string what)
    {
        Await((Task)task, what);
        return task.Result;
    }

    /// <summary>
    /// Without faults, a loop that still runs must still answer, and end when it is asked to. One whose run has ended must close.
    /// </summary>
    public virtual void Dispose()
    {
        if (Shim.Injected > 0)
            Shim.Disarm();
        try
        {
            if (!Run.IsCompleted)
                Answer();
            Loop.Stop();
            if (Task.WaitAny([Run], Trial.Patience) < 0)
                throw new HungException("the end of the run");
            if (Run.Exception?.InnerException is { } failure)
                trial.Note(failure);
        }
        catch (Exception exception)
        {
            trial.Note(exception);
        }
        CloseLoop();
    }

    protected virtual void CloseLoop()
    {
        try
        {
            Loop.Close();
        }
        catch (Exception exception)
        {
            trial.Note(new WrongResultException($"Close threw after the faults: {exception}"));
        }
    }

    private void Answer()
    {
        if (Task.WaitAny([Loop.InvokeAsync(static () => 0), Run], Trial.Patience) < 0)
            trial.Note(new HungException("an answer of the loop, after the faults"));
    }
}
