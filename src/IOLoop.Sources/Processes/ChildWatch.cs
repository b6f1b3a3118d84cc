namespace IOLoops.Sources.Processes;

/// <summary>
/// Waits for the end of a child: on its loop; when that is closed first, on the <see cref="OrphanLoop"/>. So a child is reaped even if no
/// code awaits its end, and <see cref="Exited"/> always ends: on the loop's thread, in a call of its own, or on the pool when there is
/// no loop any more.
/// </summary>
internal sealed class ChildWatch(IOLoop loop, ChildHandle handle, ChildStop stop)
{
    // Continuations run where it ends, which is where they belong.
    private readonly TaskCompletionSource<ExitStatus> _exited = new();

#pragma warning disable VSTHRD003 // the loop ends it
    internal Task<ExitStatus> Exited => _exited.Task;
#pragma warning restore VSTHRD003

    /// <summary>Any thread; once.</summary>
    internal void Begin()
    {
        if (loop.IsOnLoopThread)
            _ = WatchAsync();
        else
            _ = BeginOnLoopAsync();
    }

    /// <summary>A callback that is dropped when the loop is closed would not say so: this task fails then.</summary>
    private async Task BeginOnLoopAsync()
    {
        try
        {
            await loop.InvokeAsync(() => { _ = WatchAsync(); }).ConfigureAwait(false);
        }
        catch (ObjectDisposedException)
        {
            WatchElsewhere();
        }
    }

    private async Task WatchAsync()
    {
        try
        {
            await handle.WaitAsync(loop).ConfigureAwait(false);
        }
        catch (ObjectDisposedException)
        {
            WatchElsewhere(); // on the pool
            return;
        }
        catch (Exception exception)
        {
            Fail(exception);
            WatchElsewhere();
            return;
        }
        if (!stop.TryEnd())
            WaitBlocked();
        else if (loop.IsOnLoopThread)
            Complete();
        else
            _ = CompleteOnLoopAsync(); // loops written elsewhere end waits on the pool
    }

    /// <summary>The loop cannot watch it. The child is watched and reaped all the same.</summary>
    private void WatchElsewhere()
    {
        try
        {
            var orphans = OrphanLoop.Enter();
            orphans.AddCallback(() => { _ = WatchAsOrphanAsync(orphans); });
        }
        catch (IOException)
        {
            WaitBlocked(); // no descriptors are left for a loop
        }
    }

    private async Task WatchAsOrphanAsync(IOLoop orphans)
    {
        bool isEnded;
        try
        {
            await handle.WaitAsync(orphans).ConfigureAwait(false);
            isEnded = stop.TryEnd();
        }
        catch (IOException)
        {
            isEnded = false; // the kernel has no memory for it
        }
        OrphanLoop.Leave();
        if (isEnded)
            ThreadPool.UnsafeQueueUserWorkItem(static watch => watch.Complete(), this, preferLocal: false);
        else
            WaitBlocked();
    }

    /// <summary>
    /// The last resort, which takes a thread of the pool: when there is nothing to watch it with, and when it has ended but a debugger
    /// that traces it is to see its end first.
    /// </summary>
    private void WaitBlocked() => ThreadPool.UnsafeQueueUserWorkItem(
        static watch =>
        {
            watch.Block();
            _ = watch.CompleteOnLoopAsync();
        },
        this,
        preferLocal: false);

    private void Block()
    {
        handle.Block();
        stop.TryEnd();
    }

    private async Task CompleteOnLoopAsync()
    {
        try
        {
            await loop.InvokeAsync(Complete).ConfigureAwait(false);
        }
        catch (ObjectDisposedException)
        {
            Complete();
        }
    }

    private void Complete()
    {
        handle.EndWatch();
        var (status, failure) = handle.Outcome;
        if (failure is null)
            _exited.TrySetResult(status);
        else
            Fail(failure);
    }

    private void Fail(Exception exception)
    {
        if (_exited.TrySetException(exception))
            _ = _exited.Task.Exception; // it need not be awaited
    }
}
