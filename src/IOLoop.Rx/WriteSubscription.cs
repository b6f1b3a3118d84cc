using System.Reactive.Disposables;
using System.Runtime.CompilerServices;
using IOLoops.Sources;

namespace IOLoops.Rx;

/// <summary>One writer on the loop of what a source notifies on any thread.</summary>
/// <remarks>A first write that is refused is tried again in the next turn: see <see cref="PulledSubscription{T}"/>.</remarks>
#pragma warning disable CA2213 // _cut has no timer and no wait handle: there is nothing to dispose of
internal sealed class WriteSubscription(LoopStream stream, int capacity, WhenFull whenFull, IObserver<long> observer)
    : LoopNotifier<long>(stream.Loop, observer), IObserver<ReadOnlyMemory<byte>>, ILoopWorkItem, IDisposable
#pragma warning restore CA2213
{
    private readonly WriteQueue _queue = new(capacity, dropsOldest: whenFull == WhenFull.DropOldest);
    private readonly CancellationTokenSource _cut = new();
    private SingleAssignmentDisposableValue _upstream;
    private Action? _onWritten;
    private ConfiguredValueTaskAwaitable.ConfiguredValueTaskAwaiter _write;
    private int _length; // of what is being written
    private long _written;
    private bool _isSettled;  // the stream has taken a write, or has refused it twice
    private bool _isRefused;  // once
    private ReadOnlyMemory<byte> _refused;

    public bool IsCancelled => _queue.IsOver;

    public Delegate Callback => (Func<IObservable<ReadOnlyMemory<byte>>, LoopStream, int, WhenFull, IObservable<long>>)SourceObservable.WriteTo;

    /// <summary>On the loop's thread, before anything else there.</summary>
    internal void Begin()
    {
        EnterContext();
        _onWritten = OnWritten;
        Execute();
    }

    internal void SubscribeTo(IObservable<ReadOnlyMemory<byte>> source) => _upstream.Disposable = source.SubscribeSafe(this);

    public void OnNext(ReadOnlyMemory<byte> value)
    {
        bool mustPost;
        while (!_queue.TryAdd(value, out mustPost))
        {
            if (WhyNotToWait() is { } refusal)
            {
                mustPost = _queue.Fail(refusal);
                _upstream.Dispose();
                _cut.Cancel(); // a write that waits: it ends in the next turn, and the failure is notified then
                break;
            }
            if (!_queue.WaitForRoom())
                WatchForClose();
        }
        if (mustPost)
            Post();
        else if (Loop.IsClosed)
            Dispose(); // what was posted will never run, and the queue must not stay
    }

    public void OnError(Exception error)
    {
        ArgumentNullException.ThrowIfNull(error);
        End(error);
    }

    public void OnCompleted() => End(null);

    /// <summary>Any thread.</summary>
    public void Dispose()
    {
        if (!_queue.Discard())
            return;
        _upstream.Dispose();
        _cut.Cancel(); // calls only the loop's waits, which post
    }

    /// <summary>On the loop's thread. The stream limits how much is written before other descriptors get their turn.</summary>
    public void Execute()
    {
        if (_isRefused)
        {
            _isRefused = false;
            if (!TryWrite(_refused))
                return;
        }
        bool hasEnded;
        Exception? failure;
        while (_queue.TryTake(out var value, out hasEnded, out failure))
        {
            if (!TryWrite(value))
                return;
        }
        if (hasEnded)
            Finish(failure);
    }

    /// <returns>False: the rest comes when the stream has taken it, or this was the last.</returns>
    private bool TryWrite(ReadOnlyMemory<byte> value)
    {
        _length = value.Length;
        try
        {
#pragma warning disable CA2012 // awaited by hand, once: no state machine per notification
            _write = stream.WriteAsync(value, _cut.Token).ConfigureAwait(false).GetAwaiter();
#pragma warning restore CA2012
        }
        catch (InvalidOperationException) when (!_isSettled) // something else writes
        {
            _isSettled = _isRefused = true;
            _refused = value;
            Post();
            _queue.NotePosted();
            return false;
        }
        catch (Exception refusal)
        {
            Finish(refusal);
            return false;
        }
        _isSettled = true;
        _refused = default;
        if (_write.IsCompleted)
            return TryEndWrite();
        _write.UnsafeOnCompleted(_onWritten!);
        return false;
    }

    /// <summary>On the loop's thread; on the pool's when the loop was closed.</summary>
    private void OnWritten()
    {
        if (TryEndWrite())
            Execute();
    }

    private bool TryEndWrite()
    {
        try
        {
#pragma warning disable VSTHRD002 // it has ended
            _write.GetResult();
#pragma warning restore VSTHRD002
        }
        catch (OperationCanceledException)
        {
            return true; // the queue says why
        }
        catch (Exception failure)
        {
            Finish(failure);
            return false;
        }
        _written += _length;
        if (Loop.IsClosed || (!_queue.IsOver && !TryNotify(_written)))
            Dispose();
        return true;
    }

    private void Finish(Exception? failure)
    {
        if (!_queue.Discard())
            return;
        _upstream.Dispose();
        if (!Loop.IsClosed)
            NotifyEnd(failure);
    }

    private void End(Exception? failure)
    {
        if (_queue.End(failure))
            Post();
    }

    private InvalidOperationException? WhyNotToWait()
    {
        if (whenFull == WhenFull.Fail)
        {
            return new InvalidOperationException(
                $"WriteTo: {capacity} notifications wait for the stream, which takes them more slowly than the source makes them. "
                + "Pass a larger capacity, or WhenFull.DropOldest or WhenFull.Wait.");
        }
        if (!Loop.IsOnLoopThread)
            return null;
        return new InvalidOperationException(
            "WriteTo: the queue is full, and WhenFull.Wait would block the loop's own thread, which writes. "
            + "Let the source notify on another thread, or pass WhenFull.Fail or WhenFull.DropOldest.");
    }

    /// <summary>
    /// A wait for the stream fails when the loop is closed. A posted writer is dropped then without a word. This is posted after it, learns
    /// that the loop is closed, and resumes the source.
    /// </summary>
    private void WatchForClose()
    {
        Task watch;
        try
        {
            watch = Loop.InvokeAsync(static () => { });
        }
        catch (ObjectDisposedException)
        {
            Dispose();
            return;
        }
        _ = watch.ContinueWith(
            static (_, self) => ((WriteSubscription)self!).Dispose(), this,
            CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
    }

    private void Post()
    {
        try
        {
            Loop.AddWorkItem(this);
        }
        catch (ObjectDisposedException) when (Loop.IsClosed)
        {
            Dispose(); // a closed loop ends its subscriptions silently
        }
    }
}
