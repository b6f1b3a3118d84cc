using System.Runtime.CompilerServices;
using System.Threading.Tasks.Sources;

namespace IOLoops.Sources.Streams;

/// <summary>
/// The one read, or the one write, that a stream has at a time: a task source that is used again. Between its beginning and its result
/// it belongs to one thread at a time: to its caller's, then, when it must wait, to the loop's, or for a disk to one of the pool's.
/// </summary>
/// <remarks>
/// Waiting is the loop's: <see cref="IOLoop.WaitAsync"/> ends when the descriptor is ready, when a token is cancelled, when the handler
/// is removed (which disposal asks for) and when the loop is closed, and always calls back on the loop's thread, in a call of its own.
/// So results are delivered, and callers resume, on the loop's thread, and never inside another call.
/// </remarks>
internal abstract partial class StreamOperation : IValueTaskSource<int>, IValueTaskSource, IThreadPoolWorkItem
{
    /// <summary>Results in a row that need no waiting, on the loop's thread, and pieces of one write: then the other descriptors get their turn.</summary>
    protected const int MostAtOnce = 64;

    private readonly IOLoop _loop;
    private readonly IOEvents _events;
    private readonly Action _beginWaiting;
    private readonly Action _onReady;
    private ManualResetValueTaskSourceCore<int> _source;
    private ConfiguredValueTaskAwaitable<IOEvents>.ConfiguredValueTaskAwaiter _wait;
    private CancellationToken _token;
    private Action? _after; // CompleteWrites
    private int _busy;
    private int _atOnce;

    protected StreamOperation(IOLoop loop, SharedDescriptor shared, IOEvents events)
    {
        _loop = loop;
        Shared = shared;
        _events = events;
        Limit = new TimeLimit(loop);
        _beginWaiting = Wait;
        _onReady = OnReady;
        _onEnded = OnEnded;
    }

    internal TimeLimit Limit { get; }

    /// <summary>Whether one is under way, or has ended and was not awaited. Any thread.</summary>
    internal bool IsBusy => Volatile.Read(ref _busy) != 0;

    protected SharedDescriptor Shared { get; }

    protected abstract string Name { get; }

    /// <summary>How many bytes the result says.</summary>
    protected abstract int Result { get; }

    /// <summary>Does what can be done without waiting.</summary>
    /// <returns>Whether that is all.</returns>
    protected abstract bool Try();

    /// <summary>Drops the reference to the caller's buffer.</summary>
    protected abstract void Release();

    /// <summary>Reserves the operation for the caller.</summary>
    /// <exception cref="InvalidOperationException">One is in progress.</exception>
    protected void Claim()
    {
        if (Interlocked.Exchange(ref _busy, 1) == 0)
            return;
        throw new InvalidOperationException($"A {Name} of this stream is already in progress. Await it first; a stream has one {Name} at a time.");
    }

    /// <summary>Keeps others from beginning one, while the stream is moved.</summary>
    /// <exception cref="InvalidOperationException">One is in progress.</exception>
    internal void ClaimForMove()
    {
        if (Interlocked.Exchange(ref _busy, 1) != 0)
            throw new InvalidOperationException($"A {Name} of this stream is in progress. Await it, or cancel and await it, before you move the stream.");
    }

    /// <summary>Gives back what was claimed: there is nothing to await.</summary>
    internal void Unclaim()
    {
        Release();
        Free();
    }

    /// <summary>Calls back when what is in progress has ended, or at once. Any thread; once.</summary>
    internal void After(Action then)
    {
        // Mine written, a fence, the other's read; Free writes and reads the other way round, with a fence between: at least one of
        // the two sees the other, and only one takes it.
        Volatile.Write(ref _after, then);
        Interlocked.MemoryBarrier();
        if (!IsBusy)
            Interlocked.Exchange(ref _after, null)?.Invoke();
    }

    private void Free()
    {
        Interlocked.Exchange(ref _busy, 0);
        RunAfter();
    }

    private void RunAfter()
    {
        if (Volatile.Read(ref _after) is not null)
            Interlocked.Exchange(ref _after, null)?.Invoke();
    }

    /// <summary>Does at once what can be done at once. After <see cref="Claim"/>, on the caller's thread.</summary>
    /// <param name="mayTry">Whether it is worth a try.</param>
    /// <returns>Whether it is done; else <see cref="Pend"/>.</returns>
    protected bool TryAtOnce(bool mayTry)
    {
        if (Shared.Pipe is not null)
            return false;
        if (_loop.IsOnLoopThread && (!mayTry || ++_atOnce > MostAtOnce))
        {
            _atOnce = 0;
            return false; // Wait sees whether the stream was disposed
        }
        return TryOnce();
    }

    /// <summary>Hands the operation to the loop, which may have ended it before this returns.</summary>
    /// <returns>The version of the task.</returns>
    protected short Pend(CancellationToken cancellationToken)
    {
        short version = _source.Version;
        _token = cancellationToken;
        if (Shared.IO.IsDisk)
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        else if (_loop.IsOnLoopThread)
            Wait();
        else
            _loop.SwitchTo().GetAwaiter().UnsafeOnCompleted(_beginWaiting); // on the pool when the loop is closed first
        return version;
    }

    private bool TryOnce()
    {
        Shared.Enter();
        try
        {
            return Try();
        }
        finally
        {
            Shared.Leave();
        }
    }

    /// <summary>On the loop's thread; on the pool's when the loop was closed, which the loop then says.</summary>
    private void Wait()
    {
        try
        {
            var token = Limit.Begin(_token);
            // Disposal writes that it ends, and then looks whether an operation is under way, which it has been since Claim: it removes
            // what is registered here, unless this sees that it ends.
            if (Shared.IsEnding)
                throw Shared.Disposed();
            if (Shared.Pipe is { } pipe)
            {
                ObjectDisposedException.ThrowIf(_loop.IsClosed, _loop);
                _ = TransferAsync(pipe, token);
                return;
            }
#pragma warning disable CA2012 // awaited by hand, once: no state machine per operation
            _wait = _loop.WaitAsync(Shared.Descriptor, _events, token).ConfigureAwait(false).GetAwaiter();
#pragma warning restore CA2012
        }
        catch (Exception exception)
        {
            Fail(exception);
            return;
        }
        if (_wait.IsCompleted)
            OnReady(); // a token that was cancelled before
        else
            _wait.UnsafeOnCompleted(_onReady);
    }

    /// <summary>On the loop's thread, in a call of its own; on the pool's when the loop was closed.</summary>
    private void OnReady()
    {
        bool isDone;
        try
        {
#pragma warning disable VSTHRD002 // it has ended
            _wait.GetResult();
#pragma warning restore VSTHRD002
            // Another call of this turn may have cancelled it: then the caller gets no result any more.
            _token.ThrowIfCancellationRequested();
            isDone = TryOnce();
        }
        catch (OperationCanceledException exception)
        {
            if (Explain(exception) is { } failure)
                Fail(failure);
            else
                Wait();
            return;
        }
        catch (Exception exception)
        {
            Fail(exception);
            return;
        }
        if (isDone)
            Succeed();
        else
            Wait();
    }

    /// <summary>Why the wait was cancelled; null: for an operation before this one, which had ended by then.</summary>
    private Exception? Explain(OperationCanceledException exception)
    {
        if (Shared.IsEnding)
            return Shared.Disposed();
        if (_token.IsCancellationRequested)
            return new OperationCanceledException(_token);
        if (Limit.HasPassed)
            return new TimeoutException($"The {Name} took longer than {Limit.Milliseconds} ms.");
        if (Limit.TryRenew(_token))
            return null;
        if (Shared.Pipe is { } pipe)
            return pipe.Closure();
        return new InvalidOperationException(
            $"RemoveHandler was called for file descriptor {Shared.Descriptor.Number}, which a {Name} of a LoopStream waits for. Dispose of the stream instead.", exception);
    }

    private void Succeed()
    {
        Finish();
        _source.SetResult(Result);
    }

    private void Fail(Exception exception)
    {
        Finish();
        _source.SetException(exception);
    }

    private void Finish()
    {
        Release();
        RunAfter();
        _atOnce = 0;
        _token = default;
        Limit.End();
    }

    int IValueTaskSource<int>.GetResult(short token) => GetResult(token);

    void IValueTaskSource.GetResult(short token) => GetResult(token);

    public ValueTaskSourceStatus GetStatus(short token) => _source.GetStatus(token);

    /// <summary>A caller in the loop's own context resumes where the operation ends, which is on the loop's thread: there is nothing to post.</summary>
    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
    {
        if ((flags & ValueTaskSourceOnCompletedFlags.UseSchedulingContext) != 0
            && ReferenceEquals(SynchronizationContext.Current, _loop.SynchronizationContext))
        {
            flags &= ~ValueTaskSourceOnCompletedFlags.UseSchedulingContext;
        }
        _source.OnCompleted(continuation, state, token, flags);
    }

    private int GetResult(short token)
    {
        if (_source.GetStatus(token) == ValueTaskSourceStatus.Pending)
            throw new InvalidOperationException($"The {Name} has not ended. Await it.");
        try
        {
            return _source.GetResult(token);
        }
        finally
        {
            _source.Reset();
            Free();
        }
    }
}
