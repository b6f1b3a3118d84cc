namespace IOLoops.Rx;

/// <summary>Passes on what a descriptor is ready for.</summary>
internal sealed class EventSubscription(IOLoop loop, FileDescriptor fd, IOEvents events, IObserver<IOEvents> observer)
    : DescriptorSubscription<IOEvents>(loop, fd, events, observer)
{
    protected override void OnReady(FileDescriptor ready, IOEvents events) => Observer.OnNext(events);
}
