namespace IOLoops.Rx;

/// <summary>A handler of a descriptor that lives as long as an observer's subscription.</summary>
/// <remarks>
/// The caller that ends the registered state, by disposing on any thread or at the end on the loop's thread, removes the
/// handler, and no other caller does: a second removal could hit a handler that was added since.
/// </remarks>
internal abstract class DescriptorSubscription<T>(IOLoop loop, FileDescriptor fd, IOEvents events, IObserver<T> observer) : IDisposable
{
    private const int Waiting = 0;    // for the loop's thread to add the handler
    private const int Registered = 1; // written by the loop's thread alone
    private const int Over = 2;

    private int _state;

    protected IObserver<T> Observer { get; } = observer;

    protected bool IsOver => Volatile.Read(ref _state) == Over;

    internal IDisposable Begin()
    {
        if (loop.IsOnLoopThread)
            Register();
        else
            loop.AddCallback(static subscription => subscription.Register(), this);
        return this;
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _state, Over) != Registered)
            return;
        if (loop.IsOnLoopThread)
            Remove();
        else
            _ = RemoveFromOutsideAsync();
    }

    /// <summary>On the loop's thread; not called again before it has returned, nor after the end.</summary>
    protected abstract void OnReady(FileDescriptor ready, IOEvents events);

    /// <summary>On the loop's thread: removes the handler, before the observer is notified of the end.</summary>
    /// <returns>False when the subscription was disposed of: the observer must not be notified.</returns>
    protected bool TryEnd()
    {
        if (Interlocked.CompareExchange(ref _state, Over, Registered) != Registered)
            return false;
        Remove();
        return true;
    }

    /// <summary>The handler was removed, and does not run any more, except when it has itself ended the subscription. Any thread.</summary>
    protected virtual void OnRemoved()
    {
    }

    private void Remove()
    {
        loop.RemoveHandler(fd);
        OnRemoved();
    }

    private void Register()
    {
        if (IsOver)
            return;
        try
        {
            loop.AddHandler(fd, OnEvents, events);
        }
        catch (Exception exception)
        {
            if (Interlocked.Exchange(ref _state, Over) == Waiting)
                Observer.OnError(exception);
            return;
        }
        if (Interlocked.CompareExchange(ref _state, Registered, Waiting) != Waiting)
            loop.RemoveHandler(fd);
    }

    private void OnEvents(FileDescriptor ready, IOEvents reported)
    {
        if (!IsOver)
            OnReady(ready, reported);
    }

    private async Task RemoveFromOutsideAsync()
    {
        try
        {
            await loop.RemoveHandlerAsync(fd).ConfigureAwait(false);
        }
        catch (ObjectDisposedException)
        {
            // A closed loop has dropped its handlers.
        }
        OnRemoved();
    }
}
