using System.Threading.Tasks.Sources;
using IOLoops.Callbacks;

namespace IOLoops.Registrations;

/// <summary>One wait of <see cref="IOLoop.WaitAsync"/>: a task source that is used again, and a link in its descriptor's list.</summary>
internal sealed class ReadinessWaiter : IValueTaskSource<IOEvents>
{
    private static readonly ObjectPool<ReadinessWaiter> Pool = new(256);

    private ManualResetValueTaskSourceCore<IOEvents> _source;
    private Waits? _owner;
    private CancellationTokenRegistration _cancellation;
    private CancellationToken _token;

    internal int Descriptor { get; private set; }

    internal IOEvents Events { get; private set; }

    /// <summary>What the wait will return.</summary>
    internal IOEvents Outcome { get; set; }

    /// <summary>What the wait will fail with.</summary>
    internal Exception? Failure { get; set; }

    /// <summary>The next of the same descriptor.</summary>
    internal ReadinessWaiter? Next { get; set; }

    /// <summary>Tells one wait from the next that the same object serves. It changes only when a wait has ended and was looked at.</summary>
    internal short Version => _source.Version;

    internal static ReadinessWaiter Rent(Waits owner, int descriptor, IOEvents events)
    {
        var waiter = Pool.Rent() ?? new ReadinessWaiter();
        waiter._owner = owner;
        waiter.Descriptor = descriptor;
        waiter.Events = events;
        return waiter;
    }

    internal ValueTask<IOEvents> Begin(CancellationToken cancellationToken, out short version)
    {
        version = _source.Version;
        if (cancellationToken.CanBeCanceled)
        {
            _token = cancellationToken;
            // Cancelling may happen on any thread, but only the loop's may touch its registrations.
            _cancellation = cancellationToken.UnsafeRegister(static state => ((ReadinessWaiter)state!).OnTokenCancelled(), this);
        }
        return new ValueTask<IOEvents>(this, version);
    }

    /// <summary>The loop did not take it. It serves no other wait: its token may still call back.</summary>
    internal void Abandon() => _cancellation.Unregister();

    internal ReadinessWaiter? TakeNext()
    {
        var next = Next;
        Next = null;
        return next;
    }

    /// <summary>The loop's thread, in a callback of its own.</summary>
    internal void Cancel()
    {
        Failure = new OperationCanceledException(_token);
        Tell();
    }

    /// <summary>
    /// Ends the wait with its outcome or failure: on the loop's thread, as a call of its own. A continuation that asks for no
    /// context runs right here, and is treated as a callback: what it throws is reported. When the loop is closed it runs on the
    /// thread pool.
    /// </summary>
    internal void Tell()
    {
        var owner = _owner!; // the waiter serves another wait as soon as this one has been seen to end
        _cancellation.Dispose();
        _source.RunContinuationsAsynchronously = !owner.IsOnLoopThread;
        try
        {
            if (Failure is { } exception)
                _source.SetException(exception);
            else
                _source.SetResult(Outcome);
        }
        catch (Exception failure)
        {
            owner.Loop.ReportFailure((Action)Tell, failure);
        }
    }

    // Disposing the registration waits for this, so the waiter still serves the same wait.
    private void OnTokenCancelled() => _owner!.PostCancellation(this, _source.Version);

    IOEvents IValueTaskSource<IOEvents>.GetResult(short token)
    {
        try
        {
            return _source.GetResult(token);
        }
        finally
        {
            if (_source.GetStatus(token) != ValueTaskSourceStatus.Pending)
                Recycle();
        }
    }

    ValueTaskSourceStatus IValueTaskSource<IOEvents>.GetStatus(short token) => _source.GetStatus(token);

    void IValueTaskSource<IOEvents>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);

    private void Recycle()
    {
        _source.Reset();
        _owner = null;
        _cancellation = default;
        _token = default;
        Failure = null;
        Next = null;
        Pool.Return(this);
    }
}
