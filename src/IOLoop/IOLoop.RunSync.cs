using IOLoops.Tasks;


namespace IOLoops;

public abstract partial class IOLoop
{
    /// <summary>
    /// Starts the loop, runs <paramref name="func"/> on it, and stops the loop when it has returned. On a hosted loop that runs
    /// already the call nests, on the thread of a host that can be pumped.
    /// </summary>
    /// <param name="func">What it throws is rethrown here, with its stack.</param>
    /// <param name="timeout">
    /// The maximum time, by the loop's clock. If a host runs no turns, real time applies, about 100 ms later.
    /// <see langword="null"/> or <see cref="Timeout.InfiniteTimeSpan"/>: no limit.
    /// </param>
    /// <exception cref="TimeoutException">
    /// It has not ended within <paramref name="timeout"/>. The loop can be used again. What has begun continues whenever the loop
    /// runs; its failure goes to <see cref="HandleCallbackException"/>, and its end stops nothing. On a hosted loop a callback may
    /// still run by then: the next RunSync waits for its end, within its own timeout.
    /// </exception>
    /// <exception cref="InvalidOperationException">
    /// The loop runs already and cannot nest; or <see cref="Stop"/> ended the run first. Hosted loops also: this is the
    /// host's thread, which cannot be pumped; or the host is gone.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeout"/> is zero or negative.</exception>
    /// <exception cref="ObjectDisposedException">The loop is closed.</exception>
    /// <example>
    /// With a function that returns a task, and its result:
    /// <code>
    /// using var loop = new PollIOLoop();
    /// int count = loop.RunSync(async () =>
    /// {
    ///     await loop.WaitAsync(socket, IOEvents.Read);
    ///     return socket.Receive(buffer);
    /// }, timeout: TimeSpan.FromSeconds(10));
    /// </code>
    /// </example>
    public void RunSync(Action func, TimeSpan? timeout = null) => RunSync(func, timeout, CancellationToken.None);

    /// <returns>What <paramref name="func"/> returned.</returns>
    /// <inheritdoc cref="RunSync(Action, TimeSpan?)"/>
    public T RunSync<T>(Func<T> func, TimeSpan? timeout = null) => RunSync(func, timeout, CancellationToken.None);

    /// <summary>Starts the loop, runs <paramref name="func"/> on it, and stops the loop when the task returned has ended.</summary>
    /// <inheritdoc cref="RunSync(Action, TimeSpan?)"/>
    public void RunSync(Func<Task> func, TimeSpan? timeout = null) => RunSync(func, timeout, CancellationToken.None);

    /// <returns>The result of the task that <paramref name="func"/> returned.</returns>
    /// <inheritdoc cref="RunSync(Func{Task}, TimeSpan?)"/>
    public T RunSync<T>(Func<Task<T>> func, TimeSpan? timeout = null) => RunSync(func, timeout, CancellationToken.None);

    /// <param name="func">What it throws is rethrown here, with its stack.</param>
    /// <param name="timeout"><inheritdoc cref="RunSync(Action, TimeSpan?)" path="/param[@name='timeout']/node()"/></param>
    /// <param name="cancellationToken">
    /// Ends the waiting. A function that has not begun never begins; one that has begun continues whenever the loop runs, and
    /// its failure goes to <see cref="HandleCallbackException"/>. A function that blocks the calling thread is waited for. On a
    /// hosted loop the run ends with the turn that is under way, possibly a little after this call.
    /// </param>
    /// <exception cref="OperationCanceledException">The token was cancelled before the function had ended.</exception>
    /// <inheritdoc cref="RunSync(Action, TimeSpan?)" path="/*[not(self::param)]"/>
    public void RunSync(Action func, TimeSpan? timeout, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(func);
        _ = RunToEnd(() => { func(); return Task.CompletedTask; }, func, timeout, cancellationToken);
    }

    /// <returns>What <paramref name="func"/> returned.</returns>
    /// <inheritdoc cref="RunSync(Action, TimeSpan?, CancellationToken)"/>
    public T RunSync<T>(Func<T> func, TimeSpan? timeout, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(func);
        T result = default!;
        _ = RunToEnd(() => { result = func(); return Task.CompletedTask; }, func, timeout, cancellationToken);
        return result;
    }

    /// <summary>Starts the loop, runs <paramref name="func"/> on it, and stops the loop when the task returned has ended.</summary>
    /// <inheritdoc cref="RunSync(Action, TimeSpan?, CancellationToken)"/>
    public void RunSync(Func<Task> func, TimeSpan? timeout, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(func);
        _ = RunToEnd(func, func, timeout, cancellationToken);
    }

    /// <returns>The result of the task that <paramref name="func"/> returned.</returns>
    /// <inheritdoc cref="RunSync(Func{Task}, TimeSpan?, CancellationToken)"/>
    public T RunSync<T>(Func<Task<T>> func, TimeSpan? timeout, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(func);
#pragma warning disable VSTHRD002 // it has ended
        return ((Task<T>)RunToEnd(func, func, timeout, cancellationToken)).GetAwaiter().GetResult();
#pragma warning restore VSTHRD002
    }

    private Task RunToEnd(Func<Task> func, Delegate original, TimeSpan? timeout, CancellationToken cancellationToken)
    {
        if (timeout == Timeout.InfiniteTimeSpan)
            timeout = null;
        if (timeout <= TimeSpan.Zero)
            throw new ArgumentOutOfRangeException(nameof(timeout), timeout, "The timeout must be positive. Pass null for no limit.");
        ObjectDisposedException.ThrowIf(IsClosed, this);
        timeout = WaitForAbandonedRun(timeout);
        return IsRunning
            ? RunNested(func, original, timeout, cancellationToken)
            : new SyncRun(this, func, original, Stop, cancellationToken).ToEnd(timeout, () => StartWithin(timeout, cancellationToken));
    }

    /// <summary>Waits for the end of a run that an earlier call has given up, if there is one.</summary>
    /// <returns>What is left of the limit.</returns>
    /// <exception cref="TimeoutException">The limit was reached first.</exception>
    internal virtual TimeSpan? WaitForAbandonedRun(TimeSpan? limit) => limit;

    /// <summary>
    /// Starts the loop. A call that blocks while other threads run the loop returns when the time is over or the token is
    /// cancelled, also when the loop runs no turn.
    /// </summary>
    /// <returns>False: one of the two came first.</returns>
    internal virtual bool StartWithin(TimeSpan? limit, CancellationToken cancellationToken)
    {
        Start();
        return true;
    }

    /// <summary>Runs a function to its end on a loop that runs already.</summary>
    internal virtual Task RunNested(Func<Task> func, Delegate original, TimeSpan? timeout, CancellationToken cancellationToken) =>
        throw new InvalidOperationException($"{Name} is running already. Await the work, or use InvokeAsync, instead of RunSync.");
}
