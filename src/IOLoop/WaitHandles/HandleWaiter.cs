using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Threading.Tasks.Sources;
using IOLoops.Callbacks;
using IOLoops.Diagnostics;
using IOLoops.Interop;

namespace IOLoops.WaitHandles;

/// <summary>One wait of <see cref="IOLoop.WaitHandleAsync"/>: a task source that is used again.</summary>
/// <remarks>
/// A signal that the system has taken ends the wait as fulfilled, also when it was cancelled meanwhile: nothing else will see that
/// signal. So one that is cancelled ends only when it is certain that there was none.
/// </remarks>
[SupportedOSPlatform("windows")]
internal sealed class HandleWaiter : HandleWait, IValueTaskSource, IThreadpoolWaitOwner, INotice, IThreadPoolWorkItem
{
    private static readonly ObjectPool<HandleWaiter> Pool = new(64);
    private static readonly Action Resuming = static () => { }; // names it where callbacks are named

    private readonly Lock _gate = new();  // taken for a few statements of our own, and for calls that do not block
    private HandleWaiterState _state;     // guarded by _gate
    private ThreadpoolWait? _wait;        // guarded by _gate
    private Exception? _failure;          // guarded by _gate until the end is certain
    private bool _isSpent;                // guarded by _gate: another thread may still look at it when it has ended
    private ManualResetValueTaskSourceCore<bool> _source;
    private IOLoop _loop = null!;
    private SafeHandle _handle = null!;
    private CancellationTokenRegistration _cancellation;
    private CancellationToken _token;

    /// <param name="loop">Where it resumes.</param>
    /// <param name="handle">Held, for the wait.</param>
    internal static HandleWaiter Rent(IOLoop loop, SafeHandle handle)
    {
        var waiter = Pool.Rent() ?? new HandleWaiter();
        waiter._loop = loop;
        waiter._handle = handle;
        return waiter;
    }

    /// <summary>Begins to wait. It is in the loop's list.</summary>
    internal ValueTask Begin(CancellationToken cancellationToken)
    {
        var task = new ValueTask(this, _source.Version);
        if (cancellationToken.CanBeCanceled)
        {
            _token = cancellationToken;
            _cancellation = cancellationToken.UnsafeRegister(static waiter => ((HandleWaiter)waiter!).OnCancelled(), this);
        }
        lock (_gate)
        {
            if (_failure is null)
            {
                _state = HandleWaiterState.Armed;
                try
                {
                    _wait = ThreadpoolWait.Rent(this);
                    _wait.Arm(_handle.DangerousGetHandle());
                    return task;
                }
                catch (IOException exception)
                {
                    _failure = exception;
                }
            }
            _state = HandleWaiterState.Ended;
            _isSpent = true;
        }
        Post();
        return task;
    }

    internal override bool EndWithLoop()
    {
        End(new ObjectDisposedException(_loop.Name, "The loop was closed while this waited for a handle."));
        return false; // when it has ended
    }

    internal override void ReleaseHandle() => HeldHandle.ReleaseNow(_loop, _handle);

    // Disposing of the registration waits for this, so the waiter still serves the same wait.
    private void OnCancelled() => End(new OperationCanceledException(_token));

    private void End(Exception failure)
    {
        lock (_gate)
        {
            if (_state == HandleWaiterState.New)
                _failure ??= failure; // Begin sees it
            if (_state != HandleWaiterState.Armed)
                return;
            _state = HandleWaiterState.Ending;
            _failure = failure;
            _isSpent = true;
            _wait!.Disarm();
        }
        // The system may be in the middle of the call that says that a signal was taken, and that call may wait for a host's lock that
        // the caller holds.
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    /// <summary>On the thread pool: finds out whether a signal was taken before the wait was ended.</summary>
    void IThreadPoolWorkItem.Execute()
    {
        ThreadpoolWait wait;
        lock (_gate)
            wait = _wait!;
        wait.AwaitCalls();
        bool isEnding;
        lock (_gate)
        {
            isEnding = _state == HandleWaiterState.Ending;
            _state = HandleWaiterState.Ended;
        }
        wait.Close();
        if (isEnding)
            Post();
    }

    void IThreadpoolWaitOwner.OnSignal()
    {
        lock (_gate)
        {
            if (_state is not (HandleWaiterState.Armed or HandleWaiterState.Ending))
                return;
            _state = HandleWaiterState.Ended;
            _failure = null;
            if (!_isSpent)
            {
                _wait!.Return();
                _wait = null;
            }
        }
        Post();
    }

    private void Post()
    {
        bool isAccepted = true;
        try
        {
            if (_loop.Core is { } core)
                isAccepted = core.Poster.TryPostFromSignal(NoticeInvoker.Item(Resuming, this));
            else
                _loop.AddCallbackFromSignal(Run);
        }
        catch (ObjectDisposedException)
        {
            isAccepted = false; // a loop written elsewhere was closed
        }
        catch (Exception exception)
        {
            LoopLog.CallbackFailed(_loop.Logger, exception, _loop.Name, LoopLog.Describe(Resuming));
            isAccepted = _loop.Core is not null; // which has queued it before it woke its host
        }
        if (!isAccepted)
            Run();
    }

    /// <summary>
    /// Ends the wait: on the loop's thread, as a call of its own. A continuation that asks for no context runs right here, and is
    /// treated as a callback: what it throws is reported. When the loop is closed it runs on the thread pool.
    /// </summary>
    public void Run()
    {
        var loop = _loop; // the waiter serves another wait as soon as this one has been seen to end
        loop.HandleWaits.Remove(this);
        _cancellation.Dispose();
        ReleaseHandle();
        _source.RunContinuationsAsynchronously = !loop.IsOnLoopThread;
        try
        {
            if (_failure is { } exception)
                _source.SetException(exception);
            else
                _source.SetResult(true);
        }
        catch (Exception failure)
        {
            loop.ReportFailure(Resuming, failure);
        }
    }

    void IValueTaskSource.GetResult(short token)
    {
        try
        {
            _source.GetResult(token);
        }
        finally
        {
            if (_source.GetStatus(token) != ValueTaskSourceStatus.Pending)
                Recycle();
        }
    }

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _source.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);

    private void Recycle()
    {
        _source.Reset();
        if (_isSpent)
            return;
        _loop = null!;
        _handle = null!;
        _cancellation = default;
        _token = default;
        _state = HandleWaiterState.New;
        Pool.Return(this);
    }
}
