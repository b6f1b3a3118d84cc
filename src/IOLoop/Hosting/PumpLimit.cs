namespace IOLoops.Hosting;

/// <summary>
/// Ends a wait in which a thread pumps the host, by real time: the loop's own timeout needs a turn, and the host may run none. The
/// same for a token that was cancelled.
/// </summary>
internal sealed class PumpLimit : IDisposable
{
    // The loop's own end is to come first, also when the host's timers are late.
    internal static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(100);

    private static readonly TimeSpan Longest = TimeSpan.FromDays(24); // that is safe for a timer

    private readonly Action _end;
    private readonly Timer _timer;
    private readonly CancellationTokenRegistration _registration;
    private volatile bool _isReached;

    private PumpLimit(TimeSpan? limit, Action end, CancellationToken cancellationToken)
    {
        _end = end;
        _timer = new Timer(static limit => ((PumpLimit)limit!).OnDue(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        if (limit is { } span && span < Longest)
            _timer.Change(span + Grace, Timeout.InfiniteTimeSpan);
        _registration = cancellationToken.UnsafeRegister(static limit => ((PumpLimit)limit!).OnCancelled(), this);
    }

    /// <summary>Whether the wait was ended here. Written before it is.</summary>
    internal bool IsReached => _isReached;

    /// <param name="limit">How long the loop itself waits.</param>
    /// <param name="end">Called on another thread.</param>
    /// <param name="cancellationToken">Ends the wait, a little later than the loop does.</param>
    /// <returns>Null: nothing limits the wait.</returns>
    internal static PumpLimit? Begin(TimeSpan? limit, Action end, CancellationToken cancellationToken) =>
        limit is null && !cancellationToken.CanBeCanceled ? null : new PumpLimit(limit, end, cancellationToken);

    public void Dispose()
    {
        _registration.Unregister();
        _timer.Dispose();
    }

    private void OnDue()
    {
        _isReached = true;
        _end();
    }

    private void OnCancelled()
    {
        try
        {
            _timer.Change(Grace, Timeout.InfiniteTimeSpan);
        }
        catch (ObjectDisposedException)
        {
            // The wait has ended.
        }
    }
}
