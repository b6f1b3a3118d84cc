using IOLoops;
using IOLoops.Sources;

namespace LoopBench;

/// <summary>Streams over Unix sockets, which are open before; idle, or waiting for something to read.</summary>
internal sealed class StreamsAtRest(bool isReading) : OnOneLoop
{
    private readonly byte[] _buffer = new byte[1]; // nothing comes
    private readonly List<LoopStream> _made = [];
    private readonly List<Task> _reads = [];
    private (nint One, nint Other)[] _open = [];

    internal override int Prepare(int wanted)
    {
        _open = new (nint, nint)[WithinLimit(wanted, 2)];
        for (int i = 0; i < _open.Length; i++)
            _open[i] = Descriptors.OpenChannel("socketpair");
        _made.EnsureCapacity(_open.Length);
        _reads.EnsureCapacity(_open.Length);
        return _open.Length;
    }

    internal override void Make(int index)
    {
        var stream = new LoopStream(Loop, FileDescriptor.From(_open[index].One));
        _made.Add(stream);
        _open[index].One = -1; // the stream closes it
        if (isReading)
            _reads.Add(stream.ReadAsync(_buffer).AsTask());
    }

    internal override void End() => _made.ForEach(static stream => stream.Dispose());

    public override void Dispose()
    {
        base.Dispose();
        foreach (var read in _reads)
            _ = read.Exception; // that they were disposed of is observed
        foreach (var (one, other) in _open)
        {
            if (one >= 0)
                Descriptors.Close(one);
            Descriptors.Close(other);
        }
    }
}
