using IOLoops.Core;

namespace IOLoops;

public abstract partial class IOLoop
{
    /// <summary>
    /// Starts the loop, runs <paramref name="func"/> on it, and stops it again. On a hosted loop that runs already it nests,
    /// on the thread of a host that can be pumped.
    /// </summary>
    /// <param name="func">What it throws is rethrown here, with its stack.</param>
    /// <param name="timeout">
    /// How long to wait at the most, by the loop's clock; for a host that runs no turns at all by real time, some 100 ms later.
    /// <see langword="null"/> or <see cref="Timeout.InfiniteTimeSpan"/>: for ever.
    /// </param>
    /// <exception cref="TimeoutException">It has not ended within <paramref name="timeout"/>. The loop can be used
    /// again; a late end of <paramref name="func"/> stops nothing. On a hosted loop a callback may still run by then: the
    /// next RunSync waits for its end, within its own timeout.</exception>
    /// <exception cref="InvalidOperationException">
    /// The loop runs already and cannot nest; or <see cref="Stop"/> ended the run first. Hosted loops also: this is the
    /// host's thread, which cannot be pumped; or the host is gone.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeout"/> is zero or negative.</exception>
    /// <exception cref="ObjectDisposedException">The loop is closed.</exception>
    public void RunSync(Action func, TimeSpan? timeout = null)
    {
        ArgumentNullException.ThrowIfNull(func);
        _ = RunToEnd(() => { func(); return Task.CompletedTask; }, func, timeout);
    }

    /// <returns>What <paramref name="func"/> returned.</returns>
    /// <inheritdoc cref="RunSync(Action, TimeSpan?)"/>
    public T RunSync<T>(Func<T> func, TimeSpan? timeout = null)
    {
        ArgumentNullException.ThrowIfNull(func);
        T result = default!;
        _ = RunToEnd(() => { result = func(); return Task.CompletedTask; }, func, timeout);
        return result;
    }

    /// <summary>Starts the loop, runs <paramref name="func"/> on it, and stops it again when the task returned has ended.</summary>
    /// <inheritdoc cref="RunSync(Action, TimeSpan?)"/>
    public void RunSync(Func<Task> func, TimeSpan? timeout = null)
    {
        ArgumentNullException.ThrowIfNull(func);
        _ = RunToEnd(func, func, timeout);
    }

    /// <returns>The result of the task that <paramref name="func"/> returned.</returns>
    /// <inheritdoc cref="RunSync(Func{Task}, TimeSpan?)"/>
    public T RunSync<T>(Func<Task<T>> func, TimeSpan? timeout = null)
    {
        ArgumentNullException.ThrowIfNull(func);
#pragma warning disable VSTHRD002 // it has ended
        return ((Task<T>)RunToEnd(func, func, timeout)).GetAwaiter().GetResult();
#pragma warning restore VSTHRD002
    }

    private Task RunToEnd(Func<Task> func, Delegate original, TimeSpan? timeout)
    {
        if (timeout == Timeout.InfiniteTimeSpan)
            timeout = null;
        if (timeout <= TimeSpan.Zero)
            throw new ArgumentOutOfRangeException(nameof(timeout), timeout, "The timeout must be positive; null waits for ever.");
        ObjectDisposedException.ThrowIf(IsClosed, this);
        timeout = WaitForAbandonedRun(timeout);
        return IsRunning
            ? RunNested(func, original, timeout)
            : new SyncRun(this, func, original, Stop).ToEnd(timeout, () => StartWithin(timeout));
    }

    /// <summary>Waits for the end of a run that an earlier call has given up, if there is one.</summary>
    /// <returns>What is left of the limit.</returns>
    /// <exception cref="TimeoutException">The limit was reached first.</exception>
    internal virtual TimeSpan? WaitForAbandonedRun(TimeSpan? limit) => limit;

    /// <summary>Starts the loop, for so long at the most as a loop can tell without its clock.</summary>
    /// <returns>False: the time was over.</returns>
    internal virtual bool StartWithin(TimeSpan? limit)
    {
        Start();
        return true;
    }

    /// <summary>Runs a function to its end on a loop that runs already.</summary>
    internal virtual Task RunNested(Func<Task> func, Delegate original, TimeSpan? timeout) =>
        throw new InvalidOperationException($"{Name} is running already: await the work, or use InvokeAsync, instead of RunSync.");
}
