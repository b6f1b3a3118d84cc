using IOLoops.Diagnostics;
using IOLoops.Tasks;

namespace IOLoops;

public abstract partial class IOLoop
{
    private const int MostAttemptsToClose = 10; // of a loop that others run for a moment, again and again

    private RunEnds? _runEnds;

    /// <summary>What waits for the end of the loop's run.</summary>
    internal RunEnds RunEnds => _runEnds ?? MakeRunEnds();

    /// <summary>
    /// Asks the loop to stop, as <see cref="Stop"/> does, and waits until its run has ended. Any thread, also inside a turn: code
    /// that awaits it there resumes after the run has ended, on the loop's thread where it has one, and may call
    /// <see cref="Close"/> there. When the loop does not run, there is nothing to wait for, and the next <see cref="Start"/> returns
    /// at once.
    /// </summary>
    /// <remarks>
    /// Inside a turn, await this task itself. A task around it (<c>Task.WhenAll</c>, <c>Task.WaitAsync</c>) would resume on a loop that
    /// has stopped; to limit the waiting pass a token.
    /// </remarks>
    /// <param name="cancellationToken">Ends the waiting, not the stopping.</param>
    /// <returns>Ends with the run. When a hosted loop has lost its host, it ends without an error.</returns>
    /// <example>
    /// <code>
    /// await loop.StopAsync();                  // on any thread, also inside a callback
    /// loop.Close();                            // the two lines are what DisposeAsync does
    /// </code>
    /// </example>
    public Task StopAsync(CancellationToken cancellationToken = default)
    {
        if (IsClosed)
            return Task.CompletedTask;
        var ended = RunEnds.Wait(cancellationToken); // first: the stop may end the run here and now
        Stop();
        return ended;
    }

    /// <summary>
    /// Closes the loop, as <see cref="Close"/> does without closing descriptors. A loop that runs is asked to stop, and is closed as
    /// soon as its run has ended: <see cref="DisposeAsync"/> waits for that. Never throws. Any thread.
    /// </summary>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>
    /// <see cref="StopAsync"/>, then <see cref="Close"/>. Any thread, also inside a turn: code that awaits it there resumes after
    /// the loop was closed.
    /// </summary>
    public ValueTask DisposeAsync()
    {
        var closed = RunEnds.WaitForClose(); // first: the stop may end the run here and now
        Dispose(true);
        GC.SuppressFinalize(this);
        return closed is null ? ValueTask.CompletedTask : new ValueTask(closed);
    }

    /// <summary>Closes the loop, when it has stopped. Must not throw.</summary>
    /// <param name="disposing">Whether called by <see cref="Dispose()"/> or <see cref="DisposeAsync"/>.</param>
    protected virtual void Dispose(bool disposing)
    {
        if (!disposing)
            return;
        if (!RunEnds.TryRequestClose())
        {
            CloseQuietly();
            return;
        }
        try
        {
            Stop();
        }
        catch (Exception exception)
        {
            LoopLog.DisposeFailed(Logger, exception, Name); // of a loop written elsewhere
        }
        if (RunEnds.TryTakeClose())
            CloseQuietly();
    }

    /// <summary>Closes the loop, as far as it can be closed. What that throws is logged.</summary>
    internal void CloseQuietly()
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                Close();
                break;
            }
            catch (InvalidOperationException) when (IsRunning)
            {
                Dispose(true); // another run has begun meanwhile: it is asked to stop
                return;
            }
            catch (InvalidOperationException) when (Core is not null && !IsClosed && attempt < MostAttemptsToClose)
            {
                continue; // another run has begun meanwhile, and ended since
            }
            catch (Exception exception)
            {
                LoopLog.DisposeFailed(Logger, exception, Name);
                break;
            }
        }
        RunEnds.OnClosed();
    }

    /// <summary>
    /// For loops that have a core, under the gate of that: no run can begin or end meanwhile. Virtual for tests, which do something
    /// at the very moment when a run ends.
    /// </summary>
    internal virtual void SetRunning(bool running)
    {
        _isRunning = running;
        if (!running)
            RunEnds.OnEnded();
    }

    /// <summary>
    /// A loop written elsewhere says that it no longer runs. It is in the middle of something, so what waits for the end of the run
    /// goes to the pool.
    /// </summary>
    private void EndRunElsewhere()
    {
        var ends = RunEnds;
        ends.OnEnded();
        ends.Complete(null);
        if (ends.HasWork)
            ThreadPool.UnsafeQueueUserWorkItem(static ends => ends.RunWork(), ends, preferLocal: false);
    }

    /// <summary>Something was posted to the loop's SynchronizationContext while the loop does not run. Any thread.</summary>
    internal virtual void NotePostedAtRest(SendOrPostCallback callback, object? state)
    {
    }

    private RunEnds MakeRunEnds()
    {
        var made = new RunEnds(this);
        return Interlocked.CompareExchange(ref _runEnds, made, null) ?? made;
    }
}
