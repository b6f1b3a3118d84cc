using IOLoops;

namespace LoopBench;

/// <summary>What one loop of a <see cref="LoopScaleServer"/> serves.</summary>
internal sealed class ScaleServing
{
    private const int BufferSize = 4096;

    private readonly int _work;
    private readonly IOHandler _onReadable;
    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(BufferSize, pinned: true);
    private long _messages;

    internal ScaleServing(IOLoop loop, int work)
    {
        Loop = loop;
        _work = work;
        _onReadable = OnReadable;
    }

    internal IOLoop Loop { get; }

    internal long Messages => Volatile.Read(ref _messages);

    /// <summary>Begins to serve a connection. Any thread.</summary>
    internal void Open(nint connection)
    {
        if (Loop.IsOnLoopThread)
            Loop.AddHandler(FileDescriptor.From(connection), _onReadable, IOEvents.Read);
        else
            Loop.AddCallback(Open, connection);
    }

    private unsafe void OnReadable(FileDescriptor fd, IOEvents events)
    {
        fixed (byte* buffer = _buffer)
        {
            nint count = Descriptors.Read(fd.Number, buffer, BufferSize);
            if (count > 0)
            {
                ScaleWorkload.Work(_work);
                if (Descriptors.Write(fd.Number, buffer, (int)count) == count)
                {
                    _messages++;
                    return;
                }
            }
            else if (count < 0 && Descriptors.WouldHaveWaited)
            {
                return;
            }
        }
        Loop.RemoveHandler(fd);
        Descriptors.Close(fd.Number);
    }
}
