using IOLoops.Sources;

namespace IOLoops.Rx;

/// <summary>Reads a descriptor once whenever it is ready, and passes on what was read.</summary>
internal sealed class ReadSubscription(IOLoop loop, FileDescriptor fd, int bufferSize, IObserver<ReadOnlyMemory<byte>> observer)
    : DescriptorSubscription<ReadOnlyMemory<byte>>(loop, fd, IOEvents.Read, observer)
{
    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(bufferSize);
    private DescriptorIO? _io;

    protected override void OnReady(FileDescriptor ready, IOEvents events)
    {
        int count;
        try
        {
            // By number: the registration keeps the object open, also when it was disposed of meanwhile.
            _io ??= new DescriptorIO(FileDescriptor.From(ready.Number));
            if (_io.TryRead(_buffer) is { } read)
                count = read;
            else if (_io.IsDisk)
                count = _io.ReadDisk(_buffer);
            else
                return; // another reader was faster
        }
        catch (Exception failure)
        {
            if (TryEnd())
                Observer.OnError(failure);
            return;
        }
        if (count > 0)
            Observer.OnNext(_buffer.AsSpan(0, count).ToArray());
        else if (_io.IsDatagram && (events & IOEvents.Error) == 0) // a socket that hangs up reports that, too
            Observer.OnNext(ReadOnlyMemory<byte>.Empty);
        else if (TryEnd())
            Observer.OnCompleted();
    }

    protected override void OnRemoved() => _io?.Dispose();
}
