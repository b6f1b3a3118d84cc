using IOLoops.Sources;

namespace IOLoops.Rx;

/// <summary>The progress of writing what a source notifies.</summary>
internal sealed class WriteSequence(IObservable<ReadOnlyMemory<byte>> source, LoopStream stream, int capacity, WhenFull whenFull)
    : LoopSequence<long>(stream.Loop)
{
    protected override IDisposable? Begin(IObserver<long> observer)
    {
        var subscription = new WriteSubscription(stream, capacity, whenFull, observer);
        if (!stream.Loop.TryAddCallback(static subscription => subscription.Begin(), subscription))
            return null;
        subscription.SubscribeTo(source);
        return subscription;
    }
}
