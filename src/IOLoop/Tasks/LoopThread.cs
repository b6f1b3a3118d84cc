namespace IOLoops.Tasks;

/// <summary>A thread that runs a native loop once: <see cref="PollIOLoop.RunAsync"/>.</summary>
internal sealed class LoopThread(PollIOLoop loop, CancellationToken cancellationToken)
{
    [ThreadStatic]
    private static LoopThread? t_current;  // what the calling thread was made for

    [ThreadStatic]
    private static LoopThread? t_stopping; // what the calling thread is stopping

    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _stopRequested;
    private volatile bool _isOver;

#pragma warning disable VSTHRD003 // callers await it
    internal Task Ended => _ended.Task;
#pragma warning restore VSTHRD003

    /// <summary>Whether the thread has run the loop, so that its <see cref="Id"/> may soon be that of another.</summary>
    internal bool IsOver => _isOver;

    /// <summary>The thread; 0: it has not begun.</summary>
    internal int Id { get; private set; }

    /// <summary>What <see cref="PollIOLoop.RunAsync"/> has made the calling thread for, if it is to run this loop.</summary>
    internal static LoopThread? Of(PollIOLoop loop) => t_current is { } current && current.IsFor(loop) ? current : null;

    /// <summary>Whose run the calling thread is stopping, if it is one of this loop.</summary>
    internal static LoopThread? StoppedOf(PollIOLoop loop) => t_stopping is { } stopping && stopping.IsFor(loop) ? stopping : null;

    // Without the caller's ExecutionContext: callbacks bring their own.
    internal void Begin() => new Thread(Run) { IsBackground = true, Name = loop.Name }.UnsafeStart();

    /// <summary>Stops this run, and no later one. Any thread. Again: wakes a loop that could not be woken.</summary>
    /// <exception cref="IOException">The loop could not be woken.</exception>
    internal void Stop()
    {
        _stopRequested = true;
        StopIfRequested();
    }

    /// <summary>Called at the beginning of the run, on the loop's thread.</summary>
    // Modelled in tests/models: group.
    internal void StopIfRequested()
    {
        Interlocked.MemoryBarrier(); // either Stop sees that the loop runs, or the run that begins sees the request
        if (!_stopRequested || _isOver || !loop.IsRunning)
            return;
        var outer = t_stopping;
        t_stopping = this; // Stop is overridden by some loops, so that nothing can be passed to it
        try
        {
            loop.Stop();
        }
        finally
        {
            t_stopping = outer;
        }
    }

    // Modelled in tests/models: group.
    private void Run()
    {
        Exception? failure = null;
        Id = Environment.CurrentManagedThreadId;
        t_current = this; // Start, too, is overridden by some loops
        try
        {
            if (!_stopRequested && !cancellationToken.IsCancellationRequested)
            {
                // A token that is cancelled before the loop runs is seen when the run has begun: no callback is posted for it, because
                // that would wake the loop, which can fail.
                using (cancellationToken.UnsafeRegister(static run => ((LoopThread)run!).Stop(), this))
                    loop.Start();
            }
        }
        catch (Exception exception)
        {
            failure = exception;
        }
        _isOver = true;
        t_current = null; // the code that resumes now may start the loop again, on this thread
        loop.RunEnds.Complete(() => End(failure));
        loop.RunEnds.RunWork(); // code that awaited it inside a turn
    }

    private bool IsFor(PollIOLoop other) => ReferenceEquals(loop, other);

    private void End(Exception? failure)
    {
        if (failure is null)
            _ended.SetResult();
        else
            _ended.SetException(failure);
    }
}
