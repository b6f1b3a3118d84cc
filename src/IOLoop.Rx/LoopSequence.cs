using System.Reactive.Disposables;

namespace IOLoops.Rx;

/// <summary>A cold observable of a loop: each subscription begins in a callback, so nothing is notified inside <c>Subscribe</c>.</summary>
internal abstract class LoopSequence<T>(IOLoop loop) : IObservable<T>
{
    public IDisposable Subscribe(IObserver<T> observer)
    {
        ArgumentNullException.ThrowIfNull(observer);
        if (!loop.IsClosed && Begin(observer) is { } subscription)
            return subscription;
        observer.OnError(new ObjectDisposedException(loop.Name));
        return Disposable.Empty;
    }

    /// <returns>Null: the loop was closed.</returns>
    protected abstract IDisposable? Begin(IObserver<T> observer);
}
