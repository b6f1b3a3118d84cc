namespace IOLoops.Tasks;

/// <summary>A thread that runs a native loop once: <see cref="PollIOLoop.RunAsync"/>.</summary>
internal sealed class LoopThread(PollIOLoop loop, CancellationToken cancellationToken)
{
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _isOver;

#pragma warning disable VSTHRD003 // it is for whoever wants to await it
    internal Task Ended => _ended.Task;
#pragma warning restore VSTHRD003

    // Without the caller's ExecutionContext: callbacks bring their own.
    internal void Begin() => new Thread(Run) { IsBackground = true, Name = loop.Name }.UnsafeStart();

    private void Run()
    {
        Exception? failure = null;
        try
        {
            // A token that asks before the loop runs makes Start return at once.
            using (cancellationToken.UnsafeRegister(static run => ((LoopThread)run!).Stop(), this))
            {
                loop.Start();
                _isOver = true;
            }
        }
        catch (Exception exception)
        {
            failure = exception;
        }
        loop.RunEnds.Complete(() => End(failure));
        loop.RunEnds.RunWork(); // code that awaited it inside a turn
    }

    private void Stop()
    {
        if (!_isOver) // else it would end a later run
            loop.Stop();
    }

    private void End(Exception? failure)
    {
        if (failure is null)
            _ended.SetResult();
        else
            _ended.SetException(failure);
    }
}
