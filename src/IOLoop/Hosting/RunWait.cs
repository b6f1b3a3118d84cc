namespace IOLoops.Hosting;

/// <summary>What a thread blocks on that waits for the end of a run, or for that of the host's thread. Made for it alone.</summary>
internal sealed class RunWait : IDisposable
{
    private readonly Lock _gate = new();
    private readonly ManualResetEvent _begun = new(false);
    private readonly ManualResetEvent _finished = new(false);
    private Mutex? _life;     // written before _begun is set
    private bool _isDisposed; // guarded by _gate

    /// <summary>The first turn of the run has begun.</summary>
    /// <param name="isHostThread">Whether this is the host's one thread, whose end is the host's.</param>
    internal void OnBegun(bool isHostThread)
    {
        if (isHostThread)
            Volatile.Write(ref _life, ThreadLife.OfThisThread);
        Set(_begun);
    }

    /// <summary>The run has ended, and what was to run behind it has run.</summary>
    internal void OnFinished() => Set(_finished);

    /// <summary>Waits until the first turn has begun, or the run has ended without one.</summary>
    internal bool AwaitTurn(TimeSpan patience) => WaitHandle.WaitAny([_finished, _begun], patience) != WaitHandle.WaitTimeout;

    internal bool AwaitEnd(TimeSpan patience) => _finished.WaitOne(patience);

    /// <summary>Waits for the end of the run, or of the host's thread.</summary>
    /// <returns>Which of them came first.</returns>
    internal WaitOutcome AwaitEndOrThread(TimeSpan patience)
    {
        if (Volatile.Read(ref _life) is not { } life)
            return AwaitEnd(patience) ? WaitOutcome.Ended : WaitOutcome.TimedOut;
        try
        {
            int which = WaitHandle.WaitAny([_finished, life], patience);
            if (which == WaitHandle.WaitTimeout)
                return WaitOutcome.TimedOut;
            if (which == 0)
                return WaitOutcome.Ended;
        }
        catch (AbandonedMutexException)
        {
            // The first to learn of the thread's end is told in this way; those behind it get the mutex.
        }
        life.ReleaseMutex();
        return WaitOutcome.ThreadEnded;
    }

    /// <summary>The waiting thread resumes. The run may end later.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _isDisposed = true;
            _begun.Dispose();
            _finished.Dispose();
        }
    }

    private void Set(ManualResetEvent happened)
    {
        lock (_gate)
        {
            if (!_isDisposed)
                happened.Set();
        }
    }
}
