using IOLoops.Groups;

#pragma warning disable VSTHRD003 // the runs of loops are tasks of their threads, which resume nothing on a caller's context

namespace IOLoops;

public sealed partial class LoopGroup
{
    private readonly SemaphoreSlim _draining = new(1, 1); // two would take each other's callbacks for work

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
        return cancellationToken.CanBeCanceled ? StopByAsync(run, cancellationToken) : run.Ended;
    }

    /// <summary>
    /// Asks all loops to stop; each ends its turn, as after <see cref="IOLoop.Stop"/>. Any thread, also inside a turn. When the group does
    /// not run, the next <see cref="RunAsync"/> ends at once.
    /// </summary>
    /// <remarks>Callbacks that are queued stay for the next run; when the group is disposed of, they are reported. <see cref="DrainAsync"/> has them run.</remarks>
    public void Stop() => RunToStop()?.Stop();

    /// <summary>
    /// <see cref="Stop"/>, and waits until the runs of all loops have ended. Any thread, also inside a turn of one of the loops: that loop
    /// is then stopped last, and code that awaits the task there resumes after its run has ended, on its thread.
    /// </summary>
    /// <remarks>
    /// Inside a turn, await this task itself. A task around it (<c>Task.WhenAll</c>, <c>Task.WaitAsync</c>) would resume on a loop that
    /// has stopped; to limit the waiting pass a token.
    /// </remarks>
    /// <param name="cancellationToken">Ends the waiting, not the stopping.</param>
    /// <returns>Ends with the runs, without an error: <see cref="RunAsync"/> reports those.</returns>
    public Task StopAsync(CancellationToken cancellationToken = default)
    {
        var run = RunToStop();
        if (run is null)
            return Task.CompletedTask;
        if (CurrentLoop() is { } own)
        {
            var ended = own.RunEnds.Wait(cancellationToken);
            run.Stop(but: own);
            _ = StopAfterAsync(run.OthersEndedAsync(own), run);
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
    /// without end are never drained: pass a token.
    /// </remarks>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="InvalidOperationException">(From the task.) The group does not run, or stops meanwhile; or this is a thread of the group.</exception>
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
        if (!TryBeginDispose(out var run))
            return;
        run?.NoteStopping();
        foreach (var loop in Loops)
            loop.Dispose();
    }

    /// <summary>
    /// The same, and ends when all loops are closed. Any thread, also inside a turn of one of the loops: that loop is then closed last,
    /// and code that awaits this there resumes after it was closed.
    /// </summary>
    public ValueTask DisposeAsync()
    {
        if (!TryBeginDispose(out var run))
            return ValueTask.CompletedTask;
        run?.NoteStopping();
        var own = CurrentLoop();
        var closed = own?.RunEnds.WaitForClose();
        var others = CloseAsync(own);
        if (closed is null)
            return new ValueTask(others);
        _ = CloseAfterAsync(others, own!);
        return new ValueTask(closed);
    }

    /// <summary>The run that is under way; null: there is none, and the next one is to end at once.</summary>
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

    private bool TryBeginDispose(out GroupRun? run)
    {
        lock (_gate)
        {
            run = CurrentRun;
            if (_isDisposed)
                return false;
            _isDisposed = true;
            return true;
        }
    }

    private PollIOLoop? CurrentLoop() => Loops.FirstOrDefault(static loop => loop.IsOnLoopThread);

    private async Task CloseAsync(PollIOLoop? but)
    {
        var closing = new List<Task>(Loops.Count);
        foreach (var loop in Loops)
        {
            if (loop != but)
                closing.Add(loop.DisposeAsync().AsTask());
        }
        await Task.WhenAll(closing).ConfigureAwait(false);
        GroupRun? run;
        lock (_gate)
            run = but is null ? CurrentRun : null;
        if (run is not null)
            await run.Ended.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // the threads, too
    }

    private static async Task CloseAfterAsync(Task others, PollIOLoop own)
    {
        await others.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await own.DisposeAsync().ConfigureAwait(false);
    }

    private static async Task StopAfterAsync(Task others, GroupRun run)
    {
        await others.ConfigureAwait(false);
        run.Stop();
    }

    private static async Task StopByAsync(GroupRun run, CancellationToken cancellationToken)
    {
        using (cancellationToken.UnsafeRegister(static run => ((GroupRun)run!).Stop(), run))
            await run.Ended.ConfigureAwait(false);
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
