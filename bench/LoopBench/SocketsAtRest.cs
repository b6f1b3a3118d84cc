using System.Net.Sockets;

namespace LoopBench;

/// <summary>NetworkStreams over Unix sockets, waiting for something to read.</summary>
internal sealed class SocketsAtRest : RestSubject
{
    private readonly byte[] _buffer = new byte[1]; // nothing comes
    private readonly List<NetworkStream> _made = [];
    private readonly List<Task> _reads = [];
    private (Socket One, Socket Other)[] _open = [];

    internal override int Prepare(int wanted)
    {
        _open = new (Socket, Socket)[WithinLimit(wanted, 2)];
        for (int i = 0; i < _open.Length; i++)
            _open[i] = SocketPair.Open();
        _made.EnsureCapacity(_open.Length);
        _reads.EnsureCapacity(_open.Length);
        return _open.Length;
    }

    internal override void Make(int index)
    {
        var stream = new NetworkStream(_open[index].One, ownsSocket: false);
        _made.Add(stream);
        _reads.Add(stream.ReadAsync(_buffer).AsTask());
    }

    /// <summary>Closing the sockets is what ends their reads.</summary>
    internal override void End()
    {
        foreach (var (one, _) in _open)
            one.Dispose();
        Task.WhenAll(_reads).ContinueWith(static reads => _ = reads.Exception, TaskScheduler.Default).Wait();
    }

    public override void Dispose()
    {
        foreach (var (one, other) in _open)
        {
            one.Dispose();
            other.Dispose();
        }
        base.Dispose();
    }
}
