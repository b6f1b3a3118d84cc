using IOLoops.Diagnostics;
using IOLoops.Groups;

#pragma warning disable VSTHRD003 // the runs of loops are tasks of their threads, which resume nothing on a caller's context

namespace IOLoops;

public sealed partial class LoopGroup
{
    private readonly SemaphoreSlim _draining = new(1, 1); // two drains at once would each count the other's callbacks as work
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously); // all loops are

    /// <summary>
    /// Starts all loops, each on a thread of its own, which has the loop's name. Returns at once. Any thread. When the run has ended, the
    /// group may run again.
    /// </summary>
    /// <param name="cancellationToken">Asks all loops to stop, as <see cref="Stop"/> does; the task then ends without an error.</param>
    /// <returns>
    /// Ends when the runs of all loops have ended and the ends were reported. Fails with what runs of loops have failed with, and with
    /// what <see cref="LoopGroupOptions.StopOnCallbackFailure"/> has stopped the group for.
    /// </returns>
    /// <exception cref="InvalidOperationException">The group runs already.</exception>
    /// <exception cref="ObjectDisposedException">The group was disposed of, or one of its loops is closed.</exception>
    // Modelled in tests/models: group.
    public Task RunAsync(CancellationToken cancellationToken = default)
    {
        GroupRun run;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            foreach (var loop in Loops)
                ObjectDisposedException.ThrowIf(loop.IsClosed, loop);
            if (CurrentRun is not null)
                throw new InvalidOperationException($"{Name} is running already. Await its end before you start it again.");
            if (_stopRequested || cancellationToken.IsCancellationRequested)
            {
                _stopRequested = false;
                return Task.CompletedTask;
            }
            _run = run = new GroupRun(_members, Report);
            run.Begin();
        }
        if (cancellationToken.CanBeCanceled)
            StopBy(run, cancellationToken);
        return run.Ended;
    }

    /// <summary>
    /// Asks all loops to stop; each ends its turn, as after <see cref="IOLoop.Stop"/>. Any thread, also inside a turn. When the group does
    /// not run, the next <see cref="RunAsync"/> ends at once.
    /// </summary>
    /// <remarks>Callbacks that are queued stay for the next run; when the group is disposed of, they are reported. To run them first, await <see cref="DrainAsync"/>.</remarks>
    public void Stop() => RunToStop()?.Stop();

    /// <summary>
    /// <see cref="Stop"/>, and waits until the runs of all loops have ended. Any thread, also inside a turn of one of the loops: that loop
    /// is then stopped last, and code that awaits the task there resumes after its run has ended, on its thread.
    /// </summary>
    /// <remarks>
    /// The run of the group is over a moment after code inside a turn has resumed: to run the group again there, await the task of
    /// <see cref="RunAsync"/> first.
    /// Inside a turn, await this task itself. A task around it (<c>Task.WhenAll</c>, <c>Task.WaitAsync</c>) would resume on a loop that
    /// has stopped; to limit the waiting pass a token.
    /// </remarks>
    /// <param name="cancellationToken">Ends the waiting, not the stopping.</param>
    /// <returns>Ends with the runs, without an error: <see cref="RunAsync"/> reports those.</returns>
    // Modelled in tests/models: group.
    public Task StopAsync(CancellationToken cancellationToken = default)
    {
        var run = RunToStop();
        if (run is null)
            return Task.CompletedTask;
        if (CurrentLoop() is { } own)
        {
            var ended = own.RunEnds.Wait(cancellationToken);
            try
            {
                run.Stop(but: own);
            }
            finally
            {
                _ = StopAfterAsync(run.OthersEndedAsync(own), run); // also when one of the others stops only when it next wakes
            }
            return ended;
        }
        run.Stop();
        return WaitAsync(run.Ended, cancellationToken);
    }

    /// <summary>
    /// Waits for a moment when no loop has a callback that waits: those that were queued when this was called have run, and so have those
    /// that they added, on whichever loop of the group. Stops nothing. Any thread, not one of the group's loops.
    /// </summary>
    /// <remarks>
    /// Before it, stop what adds work, such as listening. Timeouts and descriptors are not waited for. Callbacks that add one another
    /// without end are never drained: pass a token. Callbacks of a loop whose run has ended before that of the group are not waited for:
    /// they stay for the next run.
    /// </remarks>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="InvalidOperationException">(From the task.) The group does not run, or ends meanwhile; or this is a thread of the group.</exception>
    /// <exception cref="IOException">(From the task.) A loop that sleeps could not be woken.</exception>
    // Modelled in tests/models: drain.
    public async Task DrainAsync(CancellationToken cancellationToken = default)
    {
        GroupRun? run;
        lock (_gate)
            run = CurrentRun;
        if (run is null)
            throw new InvalidOperationException($"{Name} does not run, so that no callback can run. Call RunAsync first.");
        if (CurrentLoop() is { } own)
            throw new InvalidOperationException($"DrainAsync was called inside a turn of {own.Name}, which would be drained of the caller. Call it on another thread.");
        await _draining.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await new GroupDrain(_members, run).RunAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _draining.Release();
        }
    }

    /// <summary>
    /// Closes all loops, as <see cref="IOLoop.Dispose()"/> does: those that run are asked to stop, and are closed as soon as their runs
    /// have ended. Never throws. Any thread. Again: does nothing.
    /// </summary>
    public void Dispose()
    {
        if (TryBeginDispose())
            _ = CloseAllAsync(null);
    }

    /// <summary>
    /// The same, and ends when all loops are closed. Any thread, also inside a turn of one of the loops: that loop is then closed last,
    /// and code that awaits this there resumes after it was closed. Again, or after <see cref="Dispose"/>: closes nothing, and ends when
    /// all loops are closed; inside a turn, when that loop is closed.
    /// </summary>
    public ValueTask DisposeAsync()
    {
        var own = CurrentLoop();
        var ownClosed = own?.RunEnds.WaitForClose();
        if (TryBeginDispose())
            _ = CloseAllAsync(own);
        return new ValueTask(ownClosed ?? _closed.Task);
    }

    /// <summary>The run that is under way; null: there is none, and the next one is to end at once.</summary>
    // Modelled in tests/models: group.
    private GroupRun? RunToStop()
    {
        lock (_gate)
        {
            var run = CurrentRun;
            if (run is null && !_isDisposed)
                _stopRequested = true;
            return run;
        }
    }

    // Modelled in tests/models: group.
    private bool TryBeginDispose()
    {
        lock (_gate)
        {
            if (_isDisposed)
                return false;
            _isDisposed = true;
            CurrentRun?.NoteStopping();
            return true;
        }
    }

    private PollIOLoop? CurrentLoop() => Loops.FirstOrDefault(static loop => loop.IsOnLoopThread);

    private async Task CloseAllAsync(PollIOLoop? last)
    {
        var closing = new List<Task>(Loops.Count);
        foreach (var loop in Loops)
        {
            if (loop != last)
                closing.Add(CloseAsync(loop));
        }
        await Task.WhenAll(closing).ConfigureAwait(false);
        if (last is not null)
            await CloseAsync(last).ConfigureAwait(false);
        GroupRun? run;
        lock (_gate)
            run = CurrentRun;
        // The threads, too; but a loop may have a way of its own to be disposed of, which does not wait for its run.
        if (run is not null && Loops.All(static loop => loop.IsClosed))
            await run.Ended.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _closed.SetResult();
    }

    private async Task CloseAsync(PollIOLoop loop)
    {
        try
        {
            await ((IAsyncDisposable)loop).DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            LoopLog.DisposeFailed(_logger, exception, loop.Name); // of a loop written elsewhere
        }
    }

    // Modelled in tests/models: group.
    private async Task StopAfterAsync(Task others, GroupRun run)
    {
        await others.ConfigureAwait(false);
        try
        {
            run.Stop();
        }
        catch (Exception exception)
        {
            LoopLog.GroupStopFailed(_logger, exception, Name);
        }
    }

    private void StopBy(GroupRun run, CancellationToken cancellationToken)
    {
        try
        {
            var registration = cancellationToken.UnsafeRegister(static run => ((GroupRun)run!).Stop(), run);
            // Unregister: it does not wait for a callback that is under way.
            _ = run.Ended.ContinueWith(
                static (_, registration) => ((CancellationTokenRegistration)registration!).Unregister(),
                registration,
                CancellationToken.None,
                TaskContinuationOptions.ExecuteSynchronously,
                TaskScheduler.Default);
        }
        catch (Exception exception)
        {
            LoopLog.GroupStopFailed(_logger, exception, Name); // the token was cancelled just now, in this call
        }
    }

    private static async Task WaitAsync(Task ended, CancellationToken cancellationToken)
    {
        try
        {
            await ended.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception) when (ended.IsCompleted)
        {
            // The caller of RunAsync has it.
        }
    }
}
