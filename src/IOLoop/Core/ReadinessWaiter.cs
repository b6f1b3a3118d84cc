using System.Threading.Tasks.Sources;

namespace IOLoops.Core;

/// <summary>One wait of <see cref="IOLoop.WaitAsync"/>: a task source that is used again, and a link in its descriptor's list.</summary>
internal sealed class ReadinessWaiter : IValueTaskSource<IOEvents>
{
    private static readonly ObjectPool<ReadinessWaiter> Pool = new(256);

    private ManualResetValueTaskSourceCore<IOEvents> _source;
    private LoopCore? _core;
    private CancellationTokenRegistration _cancellation;
    private CancellationToken _token;

    internal int Descriptor { get; private set; }

    internal IOEvents Events { get; private set; }

    /// <summary>What it will be told.</summary>
    internal IOEvents Outcome { get; set; }

    internal ReadinessWaiter? Next { get; private set; }

    internal static ReadinessWaiter Rent(LoopCore core, int descriptor, IOEvents events)
    {
        var waiter = Pool.Rent() ?? new ReadinessWaiter();
        waiter._core = core;
        waiter.Descriptor = descriptor;
        waiter.Events = events;
        return waiter;
    }

    internal ValueTask<IOEvents> Begin(CancellationToken cancellationToken)
    {
        short version = _source.Version;
        if (cancellationToken.CanBeCanceled)
        {
            _token = cancellationToken;
            // Cancelling may happen on any thread, but only the loop's may touch its registrations.
            _cancellation = cancellationToken.UnsafeRegister(static state => ((ReadinessWaiter)state!).OnTokenCancelled(), this);
        }
        return new ValueTask<IOEvents>(this, version);
    }

    /// <summary>Puts <paramref name="rest"/> behind this one.</summary>
    internal void Append(ReadinessWaiter? rest) => Next = rest;

    internal ReadinessWaiter? TakeNext()
    {
        var next = Next;
        Next = null;
        return next;
    }

    internal void Complete(IOEvents events) => End(events, null);

    internal void Fail(Exception exception) => End(IOEvents.None, exception);

    /// <summary>
    /// Ends the wait. A continuation that asks for no context runs right here, inside a turn, and is treated as a callback:
    /// what it throws is reported, what it does to the context does not stay. Outside a turn it runs elsewhere.
    /// </summary>
    private void End(IOEvents events, Exception? exception)
    {
        var core = _core!; // the waiter serves another wait as soon as this one has been seen to end
        bool inTurn = core.IsOnLoopThread;
        _cancellation.Dispose();
        _source.RunContinuationsAsynchronously = !inTurn;
        try
        {
            if (exception is null)
                _source.SetResult(events);
            else
                _source.SetException(exception);
        }
        catch (Exception failure)
        {
            core.Loop.ReportFailure((Action<Exception>)Fail, failure);
        }
        if (inTurn)
            core.LeaveContext();
    }

    /// <summary>Ends the wait, unless it has ended and the waiter serves another by now. The loop's thread.</summary>
    internal void Cancel(short version)
    {
        if (_core is not { } core || _source.Version != version || _source.GetStatus(version) != ValueTaskSourceStatus.Pending)
            return;
        core.RemoveWaiter(this);
        Fail(new OperationCanceledException(_token));
    }

    // Disposing the registration waits for this, so the waiter still serves the same wait.
    private void OnTokenCancelled() => _core!.PostCancellation(this, _source.Version);

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
        _core = null;
        _cancellation = default;
        _token = default;
        Next = null;
        Pool.Return(this);
    }
}
