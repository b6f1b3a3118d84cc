using System.Runtime.CompilerServices;
using System.Threading.Tasks.Sources;

namespace IOLoops.Sources.Listening;

/// <summary>
/// The one accept that a listener has at a time. Between its beginning and its result it belongs to one thread at a time: to its caller's,
/// then, when it must wait, to the loop's.
/// </summary>
/// <remarks>All waiting is <see cref="IOLoop.WaitAsync"/>'s, also while it rests: so it hears of disposal and of the loop's end.</remarks>
#pragma warning disable CA1001 // _cut has no timer and no wait handle: there is nothing to dispose of
internal sealed class AcceptOperation : IValueTaskSource<LoopStream>
#pragma warning restore CA1001
{
    private const int MostAtOnce = 64; // connections in a row that need no waiting, on the loop's thread: then the other descriptors get their turn

    private static readonly TimeSpan Rest = TimeSpan.FromMilliseconds(50);

    private readonly IOLoop _loop;
    private readonly FileDescriptor _fd;
    private readonly Acceptor _acceptor;
    private readonly Action _onReady;
    private readonly Func<bool> _isEnding;
    private ManualResetValueTaskSourceCore<LoopStream> _source;
    private ConfiguredValueTaskAwaitable<IOEvents>.ConfiguredValueTaskAwaiter _wait;
    private CancellationToken _token;
    private CancellationTokenSource? _cut; // while it rests: ends the wait when it has rested, or with the token
    private bool _isShort;                 // a shortage was reported, and has not ended
    private int _busy;
    private int _atOnce;

    internal AcceptOperation(IOLoop loop, FileDescriptor fd, Acceptor acceptor, Func<bool> isEnding)
    {
        _loop = loop;
        _fd = fd;
        _acceptor = acceptor;
        _isEnding = isEnding;
        _onReady = OnReady;
    }

    /// <summary>Whether one is under way. Any thread.</summary>
    internal bool IsBusy => Volatile.Read(ref _busy) != 0;

    internal ValueTask<LoopStream> Begin(CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled<LoopStream>(cancellationToken);
        if (Interlocked.Exchange(ref _busy, 1) != 0)
            throw new InvalidOperationException("An accept of this listener is already in progress. Await it first.");
        try
        {
            if (TryAtOnce() is { } stream)
            {
                Volatile.Write(ref _busy, 0);
                return new ValueTask<LoopStream>(stream);
            }
            _token = cancellationToken;
            short version = _source.Version;
            Pend();
            return new ValueTask<LoopStream>(this, version);
        }
        catch (Exception exception)
        {
            _token = default;
            Volatile.Write(ref _busy, 0);
            return ValueTask.FromException<LoopStream>(exception);
        }
    }

    private LoopStream? TryAtOnce()
    {
        ObjectDisposedException.ThrowIf(_loop.IsClosed, _loop);
        if (_isEnding())
            throw Disposed();
        if (_loop.IsOnLoopThread && ++_atOnce > MostAtOnce)
        {
            _atOnce = 0;
            return null;
        }
        _acceptor.TryAccept(out var stream, out _); // a shortage is found again by the loop, which reports it
        return stream;
    }

    private void Pend()
    {
        if (_loop.IsOnLoopThread)
            Wait(IOEvents.Read, _token);
        else
            _ = BeginWaitingAsync(_loop.InvokeAsync(() => Wait(IOEvents.Read, _token)));
    }

    /// <summary>A loop that is closed before it has begun to wait says so here alone.</summary>
    private async Task BeginWaitingAsync(Task begun)
    {
        try
        {
#pragma warning disable VSTHRD003 // begun by the caller
            await begun.ConfigureAwait(false);
#pragma warning restore VSTHRD003
        }
        catch (ObjectDisposedException exception)
        {
            Fail(exception);
        }
    }

    /// <summary>On the loop's thread.</summary>
    private void Wait(IOEvents events, CancellationToken token)
    {
        try
        {
            // Disposal notes that it ends, and then looks whether an operation is under way: it removes what is registered here, unless
            // this sees that it ends.
            if (_isEnding())
                throw Disposed();
#pragma warning disable CA2012 // awaited by hand
            _wait = _loop.WaitAsync(_fd, events, token).ConfigureAwait(false).GetAwaiter();
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
        LoopStream? stream;
        AcceptOutcome outcome;
        try
        {
            TakeWait();
            outcome = _acceptor.TryAccept(out stream, out var shortage);
            if (shortage is not null)
                Report(shortage);
            else
                _isShort = false;
        }
        catch (Exception exception)
        {
            Fail(exception);
            return;
        }
        if (outcome == AcceptOutcome.Accepted)
            Succeed(stream!);
        else if (outcome == AcceptOutcome.Nothing)
            Wait(IOEvents.Read, _token);
        else
            WaitForRest();
    }

    /// <exception cref="OperationCanceledException">The caller's token was cancelled.</exception>
    /// <exception cref="ObjectDisposedException">The listener was disposed, or the loop is closed.</exception>
    private void TakeWait()
    {
        var cut = _cut;
        _cut = null;
        try
        {
#pragma warning disable VSTHRD002 // it has ended
            _wait.GetResult();
#pragma warning restore VSTHRD002
        }
        catch (OperationCanceledException exception)
        {
            if (_isEnding())
                throw Disposed();
            _token.ThrowIfCancellationRequested();
            if (cut is not { IsCancellationRequested: true })
                throw new InvalidOperationException($"RemoveHandler was called for file descriptor {_fd.Number}, which a LoopListener waits for. Dispose of the listener instead.", exception);
        }
        finally
        {
            cut?.Dispose();
        }
    }

    /// <summary>Connections wait, so the socket stays readable. Only its errors are waited for, until the time is over.</summary>
    private void WaitForRest()
    {
        _cut = CancellationTokenSource.CreateLinkedTokenSource(_token);
        _loop.CallLater(Rest, EndRest, _cut);
        Wait(IOEvents.None, _cut.Token);
    }

    private void EndRest(CancellationTokenSource cut)
    {
        if (ReferenceEquals(cut, _cut)) // else the rest has ended otherwise
            cut.Cancel(); // calls the loop's wait alone, which posts
    }

    /// <summary>In a callback of its own, which the loop reports like any that fails: no code may await the accept.</summary>
    private void Report(IOException shortage)
    {
        if (_isShort)
            return;
        _isShort = true;
        _loop.TryAddCallback(static shortage => throw shortage, shortage);
    }

    private void Succeed(LoopStream stream)
    {
        _token = default;
        _source.SetResult(stream);
    }

    private void Fail(Exception exception)
    {
        _token = default;
        _source.SetException(exception);
    }

    private static ObjectDisposedException Disposed() => new(nameof(LoopListener));

    ValueTaskSourceStatus IValueTaskSource<LoopStream>.GetStatus(short token) => _source.GetStatus(token);

    void IValueTaskSource<LoopStream>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
    {
        // A caller in the loop's own context resumes where the operation ends, which is on the loop's thread.
        if ((flags & ValueTaskSourceOnCompletedFlags.UseSchedulingContext) != 0
            && ReferenceEquals(SynchronizationContext.Current, _loop.SynchronizationContext))
        {
            flags &= ~ValueTaskSourceOnCompletedFlags.UseSchedulingContext;
        }
        _source.OnCompleted(continuation, state, token, flags);
    }

    LoopStream IValueTaskSource<LoopStream>.GetResult(short token)
    {
        if (_source.GetStatus(token) == ValueTaskSourceStatus.Pending)
            throw new InvalidOperationException("The accept has not ended. Await it.");
        try
        {
            return _source.GetResult(token);
        }
        finally
        {
            _source.Reset();
            Volatile.Write(ref _busy, 0);
        }
    }
}
