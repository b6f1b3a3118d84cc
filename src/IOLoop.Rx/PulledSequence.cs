namespace IOLoops.Rx;

/// <summary>What an asynchronous enumeration yields, which is opened and asked on the loop's thread.</summary>
internal sealed class PulledSequence<T>(IOLoop loop, IAsyncEnumerable<T> items) : LoopSequence<T>(loop)
{
    private readonly IOLoop _loop = loop;

    protected override IDisposable? Begin(IObserver<T> observer)
    {
        var subscription = new PulledSubscription<T>(_loop, items, observer);
        return _loop.TryAddCallback(static subscription => subscription.Begin(), subscription) ? subscription : null;
    }
}
