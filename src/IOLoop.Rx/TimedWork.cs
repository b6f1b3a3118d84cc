namespace IOLoops.Rx;

/// <summary>Something scheduled for a time. Timeouts are the loop's thread's; other threads send it there.</summary>
internal abstract class TimedWork(IOLoopScheduler scheduler, LoopTime due) : ScheduledWork
{
    private static readonly Action<TimedWork> RunCallback = static work => work.Run();

    private TimeoutHandle _timeout; // the loop's thread

    /// <summary>When it is due, computed by the call that scheduled it, on whichever thread. The loop's thread from then on.</summary>
    protected LoopTime Due { get; set; } = due;

    protected IOLoopScheduler Scheduler => scheduler;

    private IOLoop Loop => scheduler.Loop;

    internal void Begin()
    {
        if (Loop.IsOnLoopThread)
            Arm();
        else
            Loop.AddWorkItem(this);
    }

    /// <summary>What another thread has sent: the work, to be armed, or its cancellation. The loop does not report either when it was cancelled.</summary>
    public sealed override void Execute()
    {
        if (IsCancelled)
            Disarm();
        else
            Arm();
    }

    /// <summary>On the loop's thread, when it is due.</summary>
    protected abstract void Run();

    /// <summary>On the loop's thread, in the context of the call that scheduled it.</summary>
    protected void Arm()
    {
        if (IsCancelled)
            Release();
        else
            _timeout = Loop.CallAt(Due, RunCallback, this);
    }

    /// <summary>
    /// After the work was cancelled: has the loop forget the timeout and what it would keep alive until its time.
    /// </summary>
    protected void Forget()
    {
        if (Loop.IsOnLoopThread)
            Disarm();
        else if (Loop.IsRunning || !TryDisarm())
            SendDisarm();
    }

    /// <summary>A loop that does not run may be used from here; what is posted to it may never run.</summary>
    private bool TryDisarm()
    {
        try
        {
            Disarm();
            return true;
        }
        catch (InvalidOperationException)
        {
            return false; // it has begun to run, elsewhere
        }
    }

    private void SendDisarm()
    {
        try
        {
            Loop.AddWorkItem(this);
        }
        catch (ObjectDisposedException)
        {
            // A closed loop has dropped its timeouts.
        }
    }

    /// <summary>On the loop's thread: releases what only a later run would need.</summary>
    protected abstract void Release();

    private void Disarm()
    {
        Loop.RemoveTimeout(_timeout);
        _timeout = default;
        Release();
    }
}
