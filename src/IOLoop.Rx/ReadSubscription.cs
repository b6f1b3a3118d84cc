namespace IOLoops.Rx;

/// <summary>Reads a descriptor once whenever it is ready, and passes on what was read.</summary>
internal sealed class ReadSubscription(IOLoop loop, FileDescriptor fd, int bufferSize, IObserver<ReadOnlyMemory<byte>> observer)
    : DescriptorSubscription<ReadOnlyMemory<byte>>(loop, fd, IOEvents.Read, observer)
{
    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(bufferSize);
    private DescriptorReader _reader = new();

    protected override void OnReady(FileDescriptor ready, IOEvents events)
    {
        int fd = (int)ready.Number;
        int count = _reader.Read(fd, _buffer, out int errno);
        if (count > 0)
            Observer.OnNext(_buffer.AsSpan(0, count).ToArray());
        else if (count == 0)
            OnNothingRead(fd, events);
        else if (errno != ReadErrno.EAGAIN)
            OnFailure(fd, errno);
    }

    private void OnNothingRead(int fd, IOEvents events)
    {
        // An empty datagram is no end; a socket that hangs up reports that, too.
        if ((events & IOEvents.Error) == 0 && DescriptorReader.IsDatagramSocket(fd))
            Observer.OnNext(ReadOnlyMemory<byte>.Empty);
        else if (TryEnd())
            Observer.OnCompleted();
    }

    private void OnFailure(int fd, int errno)
    {
        if (!TryEnd())
            return;
        // What Linux calls an error is, for a terminal, its end: nobody has the other side open any more.
        if (errno == ReadErrno.EIO && DescriptorReader.IsTerminal(fd))
            Observer.OnCompleted();
        else
            Observer.OnError(ReadErrno.Failure(fd, errno));
    }
}
