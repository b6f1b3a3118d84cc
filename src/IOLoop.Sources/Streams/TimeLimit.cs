namespace IOLoops.Sources.Streams;

/// <summary>
/// How long an operation may wait, by the loop's clock. With a limit, the operation waits with a separate token, which the timeout and
/// the caller's token cancel. On the loop's thread.
/// </summary>
#pragma warning disable CA1001 // _cut has no timer and no wait handle: there is nothing to dispose of
internal sealed class TimeLimit(IOLoop loop)
#pragma warning restore CA1001
{
    private static readonly Action<TimeLimit> OnTime = static limit => limit.Pass();

    private CancellationTokenSource? _cut;
    private CancellationTokenRegistration _relay; // from the caller's token to _cut
    private TimeoutHandle _timeout;
    private bool _isCounting;

    /// <summary>In milliseconds; <see cref="Timeout.Infinite"/>: none. Any thread.</summary>
    internal int Milliseconds { get; set; } = Timeout.Infinite;

    /// <summary>Whether the operation has taken too long.</summary>
    internal bool HasPassed { get; private set; }

    /// <summary>Begins to count, unless that was done before.</summary>
    /// <param name="token">The caller's.</param>
    /// <returns>The token that ends the wait.</returns>
    internal CancellationToken Begin(CancellationToken token)
    {
        if (_isCounting)
            return _cut!.Token;
        int milliseconds = Milliseconds; // once: another thread may change it
        if (milliseconds == Timeout.Infinite)
            return token;
        if (_cut is null or { IsCancellationRequested: true })
            _cut = new CancellationTokenSource();
        _timeout = loop.CallLater(TimeSpan.FromMilliseconds(milliseconds), OnTime, this);
        _isCounting = true;
        if (token.CanBeCanceled)
            _relay = token.UnsafeRegister(static limit => ((TimeLimit)limit!)._cut!.Cancel(), this); // calls only the loop's waits, which post
        return _cut.Token;
    }

    /// <summary>The wait was cut short for no reason of this operation: by the token of one before it, which came late.</summary>
    /// <param name="token">The caller's, which was not cancelled when it was last looked at.</param>
    /// <returns>False: it was not.</returns>
    internal bool TryRenew(CancellationToken token)
    {
        if (!_isCounting || _cut is not { IsCancellationRequested: true })
            return false;
        _cut = new CancellationTokenSource();
        // The caller's token may be cancelled just now, and have cut the old source. It is cancelled, with a fence, before that reads _cut;
        // here _cut is written, with a fence, before the token is read: one of the two cuts the new source.
        Interlocked.MemoryBarrier();
        if (token.IsCancellationRequested)
            _cut.Cancel();
        return true;
    }

    /// <summary>The operation has ended.</summary>
    internal void End()
    {
        if (!_isCounting)
            return;
        _isCounting = false;
        HasPassed = false;
        _relay.Unregister(); // does not wait: see TryRenew
        _relay = default;
        if (!loop.IsClosed)
            loop.RemoveTimeout(_timeout);
        _timeout = default;
    }

    private void Pass()
    {
        HasPassed = true;
        _cut!.Cancel(); // as above
    }
}
