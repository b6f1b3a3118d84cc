namespace IOLoops.Extensions.Hosting;

/// <summary>A loop that an application runs, as health checks look at it.</summary>
internal sealed class WatchedLoop(IOLoop loop, LoopProbe probe)
{
    private TaskCompletionSource? _run; // written once, before the run begins

    internal IOLoop Loop => loop;

    internal LoopProbe Probe => probe;

#pragma warning disable VSTHRD003 // only looked at
    /// <summary>Ends with the loop's run; null before the application has started it.</summary>
    internal Task? Current => Volatile.Read(ref _run)?.Task;
#pragma warning restore VSTHRD003

    /// <summary>The loop is about to run.</summary>
    /// <returns>Ends when it runs a first callback.</returns>
    internal Task Begin()
    {
        Volatile.Write(ref _run, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        var running = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        loop.SpawnCallback(running.SetResult);
        return running.Task;
    }

    /// <summary>Its run has ended. Again: does nothing.</summary>
    internal void End(Exception? failure)
    {
        if (_run is not { } run)
            return;
        if (failure is null)
            run.TrySetResult();
        else if (run.TrySetException(failure))
            _ = run.Task.Exception; // observed
    }
}
