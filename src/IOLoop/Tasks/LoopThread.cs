namespace IOLoops.Tasks;

/// <summary>A thread that runs a native loop once: <see cref="PollIOLoop.RunAsync"/>.</summary>
internal sealed class LoopThread(PollIOLoop loop, CancellationToken cancellationToken)
{
    [ThreadStatic]
    private static LoopThread? t_current;

    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _isOver;

#pragma warning disable VSTHRD003 // callers await it
    internal Task Ended => _ended.Task;
#pragma warning restore VSTHRD003

    /// <summary>What <see cref="PollIOLoop.RunAsync"/> has made the calling thread for, if it is to run this loop.</summary>
    internal static LoopThread? Of(PollIOLoop loop) => t_current is { } current && current.IsFor(loop) ? current : null;

    // Without the caller's ExecutionContext: callbacks bring their own.
    internal void Begin() => new Thread(Run) { IsBackground = true, Name = loop.Name }.UnsafeStart();

    private void Run()
    {
        Exception? failure = null;
        t_current = this; // Start is overridden by some loops, so that nothing can be passed to it
        try
        {
            if (!cancellationToken.IsCancellationRequested)
            {
                // A token that is cancelled before the loop runs is seen when the run has begun: no callback is posted for it, because
                // that would wake the loop, which can fail.
                using (cancellationToken.UnsafeRegister(static run => ((LoopThread)run!).StopIfCancelled(), this))
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

    /// <summary>Called when the token is cancelled, and at the beginning of the run, on the loop's thread.</summary>
    internal void StopIfCancelled()
    {
        // A loop that does not run has not begun this run, or has ended it: a stop would be for a later one.
        if (!_isOver && cancellationToken.IsCancellationRequested && loop.IsRunning)
            loop.Stop();
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
