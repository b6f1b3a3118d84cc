using System.Runtime.CompilerServices;

namespace IOLoops.Rx;

/// <summary>Passes on the items of an asynchronous enumeration, up to a number of them per turn.</summary>
/// <remarks>
/// Its sources resume it on the loop's thread, in a call of its own, and their cancellation takes nothing more. So an item that a source
/// has given is lost to other readers, and is notified even when another thread has unsubscribed in the meantime: that is a notification
/// which had begun. On the loop's thread no item is asked for, and none notified, after <see cref="Dispose"/>.
/// <para>
/// Why a subscription that is refused at first tries again, in the next turn. A source registers for the token of the subscription
/// before this one when it begins to wait. When that is cancelled just before it registers, the end of the wait is posted from there, and
/// this subscription may have been posted earlier. But it was posted when this one runs, so the second attempt comes after it.
/// </para>
/// </remarks>
#pragma warning disable CA2213 // _cut has no timer and no wait handle: there is nothing to dispose of
internal sealed class PulledSubscription<T>(IOLoop loop, IAsyncEnumerable<T> items, IObserver<T> observer) : LoopNotifier<T>(loop, observer), IDisposable
#pragma warning restore CA2213
{
    private const int MostPerTurn = 128;

    private const int Open = 0;
    private const int Leaving = 1; // disposed of on another thread: an item that is being taken is still notified
    private const int Over = 2;

    private static readonly Action<PulledSubscription<T>> Continue = static subscription => subscription.Pull();

    private static readonly Action<PulledSubscription<T>> Restart = static subscription => subscription.Begin();

    private readonly CancellationTokenSource _cut = new();
    private IAsyncEnumerator<T>? _items;
    private Action? _onMoved;
    private ConfiguredValueTaskAwaitable<bool>.ConfiguredValueTaskAwaiter _move;
    private int _state;
    private bool _isSettled; // the source is this subscription's, or has refused it twice

    /// <summary>On the loop's thread.</summary>
    internal void Begin()
    {
        if (Volatile.Read(ref _state) != Open)
            return;
        EnterContext();
        _onMoved ??= OnMoved;
        _items = items.GetAsyncEnumerator(_cut.Token);
        Pull();
    }

    /// <summary>Any thread. Ends the waiting of the source.</summary>
    public void Dispose()
    {
        if (Interlocked.CompareExchange(ref _state, Loop.IsOnLoopThread ? Over : Leaving, Open) == Open)
            _cut.Cancel(); // calls only the sources' registrations, which post
    }

    private void Pull()
    {
        for (int i = 0; i < MostPerTurn; i++)
        {
            if (Volatile.Read(ref _state) != Open)
            {
                Close();
                return;
            }
#pragma warning disable CA2012 // awaited by hand, once: a turn is limited, and what an observer throws does not reach the source
            _move = _items!.MoveNextAsync().ConfigureAwait(false).GetAwaiter();
#pragma warning restore CA2012
            if (!_move.IsCompleted)
            {
                _move.UnsafeOnCompleted(_onMoved!);
                return;
            }
            if (!TryTake())
                return;
        }
        if (!Loop.TryAddCallback(Continue, this))
            Close();
    }

    /// <summary>On the loop's thread; on the pool's when the loop was closed.</summary>
    private void OnMoved()
    {
        if (TryTake())
            Pull();
    }

    /// <returns>False: that was the last.</returns>
    private bool TryTake()
    {
        bool hasItem = false;
        Exception? failure = null;
        try
        {
#pragma warning disable VSTHRD002 // it has ended
            hasItem = _move.GetResult();
#pragma warning restore VSTHRD002
        }
        catch (Exception exception)
        {
            failure = exception;
        }
        _move = default;
        bool mayTryAgain = !_isSettled && failure is InvalidOperationException and not ObjectDisposedException;
        _isSettled = true;
        if (hasItem && MayNotify && TryNotify(_items!.Current))
            return true;
        Close();
        if (mayTryAgain && Loop.TryAddCallback(Restart, this))
            return false;
        if (!hasItem && MayNotify && Interlocked.CompareExchange(ref _state, Over, Open) == Open)
            NotifyEnd(failure);
        return false;
    }

    /// <summary>A closed loop notifies nothing.</summary>
    private bool MayNotify => Volatile.Read(ref _state) != Over && !Loop.IsClosed;

    /// <summary>No item is being waited for: this ends at once. Before the end is notified, so that the observer may subscribe again.</summary>
    private void Close()
    {
        if (_items is not { } items)
            return;
        _items = null;
        var closing = items.DisposeAsync();
        if (!closing.IsCompletedSuccessfully)
            _ = closing.AsTask();
    }
}
