namespace IOLoops.Hosting;

/// <summary>What a thread blocks on that waits for the end of a run, or for that of the host's thread. Made for it alone.</summary>
/// <param name="cancellationToken">Ends the waiting.</param>
internal sealed class RunWait(CancellationToken cancellationToken) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly ManualResetEvent _begun = new(false);
    private readonly ManualResetEvent _finished = new(false);
    private readonly WaitHandle? _cancelled = cancellationToken.CanBeCanceled ? cancellationToken.WaitHandle : null;
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

    /// <summary>The run has ended, and what was to run after it has run.</summary>
    internal void OnFinished() => Set(_finished);

    /// <summary>Waits until the first turn has begun, or the run has ended without one.</summary>
    internal WaitOutcome AwaitTurn(TimeSpan patience) => Await(_begun, patience);

    internal WaitOutcome AwaitEnd(TimeSpan patience) => Await(null, patience);

    /// <summary>Waits for the end of the run, or of the host's thread.</summary>
    /// <returns>Which of them came first.</returns>
    internal WaitOutcome AwaitEndOrThread(TimeSpan patience)
    {
        if (Volatile.Read(ref _life) is not { } life)
            return AwaitEnd(patience);
        try
        {
            var outcome = Await(life, patience);
            if (outcome != WaitOutcome.OtherCame)
                return outcome;
        }
        catch (AbandonedMutexException)
        {
            // The first to wait learns of the thread's end by this exception; the next ones get the mutex.
        }
        life.ReleaseMutex();
        return WaitOutcome.ThreadEnded;
    }

    private WaitOutcome Await(WaitHandle? other, TimeSpan patience)
    {
        List<WaitHandle> handles = [_finished];
        if (other is not null)
            handles.Add(other);
        if (_cancelled is not null)
            handles.Add(_cancelled);
        int which = WaitHandle.WaitAny([.. handles], patience);
        return which == WaitHandle.WaitTimeout ? WaitOutcome.TimedOut
            : which == 0 ? WaitOutcome.Ended
            : handles[which] == _cancelled ? WaitOutcome.Cancelled
            : WaitOutcome.OtherCame;
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
