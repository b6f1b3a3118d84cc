using System.Reactive.Disposables;
using System.Runtime.CompilerServices;

namespace IOLoops.Rx;

/// <summary>Takes notifications on any thread, and passes them on on a loop's thread: in order, up to a chunk of them per turn.</summary>
/// <remarks>
/// <para>
/// Why no notification waits for a turn that never comes. It is queued, and <c>_isPosted</c> read and set, under one lock; the turn
/// that finds the queue empty clears <c>_isPosted</c> under the same lock. So either that turn finds the notification, or the
/// producer finds that nothing is posted, and posts. The post itself happens outside the lock: until it is done, <c>_isPosted</c>
/// keeps others from posting, and the thread that set it does post.
/// </para>
/// <para>
/// Why calls never overlap. While the relay is posted or runs, <c>_isPosted</c> is set, so the loop has it at most once, also when
/// an observer runs a turn inside its call.
/// </para>
/// </remarks>
internal sealed class LoopRelay<T> : IObserver<T>, ILoopWorkItem, IDisposable
{
    private readonly IOLoop _loop;
    private readonly IObserver<T> _observer;
    private ExecutionContext? _context = ExecutionContext.Capture(); // of Subscribe; null: its flow was suppressed. Written by the loop's thread
    private readonly Lock _gate = new();
    private SingleAssignmentDisposableValue _upstream;
    private ChunkQueue<T> _queue; // guarded by _gate
    private Exception? _failure;  // guarded by _gate
    private bool _hasEnded;       // guarded by _gate; the source has ended, and only what is queued comes before its end
    private bool _isPosted;       // guarded by _gate; the loop has the relay, or is about to get it
    private volatile bool _isOver; // written under _gate; read anywhere: nothing more is notified

    internal LoopRelay(IOLoop loop, IObserver<T> observer)
    {
        _loop = loop;
        _observer = observer;
    }

    public bool IsCancelled => _isOver;

    /// <summary>The observer is often one of Rx's own. The operator says more.</summary>
    public Delegate Callback => (Func<IObservable<T>, IOLoop, IObservable<T>>)LoopObservable.ObserveOn;

    internal void Begin(IObservable<T> source) => _upstream.Disposable = source.SubscribeSafe(this);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void OnNext(T value)
    {
        if (_loop.IsClosed)
        {
            Dispose(); // what was posted to it will never run, and the queue must not grow without end
            return;
        }
        lock (_gate)
        {
            if (_isOver || _hasEnded)
                return;
            _queue.Add(value);
            if (_isPosted)
                return;
            _isPosted = true;
        }
        Post();
    }

    public void OnError(Exception error)
    {
        ArgumentNullException.ThrowIfNull(error);
        End(error);
    }

    public void OnCompleted() => End(null);

    /// <summary>Any thread. Effective when it returns, except for a notification that starts at that moment.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _isOver = true;
            _queue.Clear();
        }
        _upstream.Dispose();
    }

    /// <summary>One turn's part: on the loop's thread.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Execute()
    {
        _context ??= ExecutionContext.Capture(); // the default one: see Post
        var synchronization = SynchronizationContext.Current;
        Chunk<T>? chunk;
        lock (_gate)
            chunk = _queue.Take();
        try
        {
            if (chunk is not null)
                Deliver(chunk, synchronization);
            if (!TryEnd(chunk, out bool hasMore))
            {
                if (hasMore)
                    Post();
                return;
            }
            EnterCall(synchronization);
            if (_failure is { } failure)
                _observer.OnError(failure);
            else
                _observer.OnCompleted();
            Dispose();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Deliver(Chunk<T> chunk, SynchronizationContext? synchronization)
    {
        for (int i = 0; i < chunk.Count && !_isOver; i++)
        {
            EnterCall(synchronization);
            _observer.OnNext(chunk.TakeOut(i));
        }
    }

    /// <summary>What one notification has left in the contexts is not there for the next.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void EnterCall(SynchronizationContext? synchronization)
    {
        if (_context is not null && ExecutionContext.Capture() != _context)
            ExecutionContext.Restore(_context);
        if (SynchronizationContext.Current != synchronization)
            SynchronizationContext.SetSynchronizationContext(synchronization);
    }

    /// <summary>Behind the notifications of a turn: whether the end of the source is the next.</summary>
    private bool TryEnd(Chunk<T>? delivered, out bool hasMore)
    {
        lock (_gate)
        {
            hasMore = false;
            if (_isOver)
                return false;
            if (delivered is not null)
                _queue.Return(delivered);
            hasMore = !_queue.IsEmpty;
            if (!hasMore && !_hasEnded)
                _isPosted = false;
            return !hasMore && _hasEnded;
        }
    }

    private void End(Exception? failure)
    {
        lock (_gate)
        {
            if (_isOver || _hasEnded)
                return;
            _hasEnded = true;
            _failure = failure;
            if (_isPosted)
                return;
            _isPosted = true;
        }
        Post();
    }

    /// <summary>The notifier's context goes with the post, but no notification runs in it.</summary>
    private void Post()
    {
        try
        {
            if (_context is null && !ExecutionContext.IsFlowSuppressed())
            {
                using (ExecutionContext.SuppressFlow())
                    _loop.AddWorkItem(this);
            }
            else
            {
                _loop.AddWorkItem(this);
            }
        }
        catch (ObjectDisposedException) when (_loop.IsClosed)
        {
            Dispose(); // a closed loop ends its subscriptions silently
        }
    }
}
