using System.Reactive;

namespace IOLoops.Rx;

/// <summary>A source whose notifications arrive on a loop's thread.</summary>
/// <remarks>The base class keeps Rx's grammar: it tells an observer nothing after the end, and ends the subscription of one that throws.</remarks>
internal sealed class ObservedOnLoop<T>(IObservable<T> source, IOLoop loop) : ObservableBase<T>
{
    protected override IDisposable SubscribeCore(IObserver<T> observer)
    {
        var relay = new LoopRelay<T>(loop, observer);
        relay.Begin(source);
        return relay;
    }
}
