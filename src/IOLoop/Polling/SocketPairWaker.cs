using System.Net;
using System.Net.Sockets;

namespace IOLoops.Polling;

/// <summary>Two sockets that are connected to each other over the loopback: for systems that can wait for sockets alone.</summary>
internal sealed class SocketPairWaker : IWaker
{
    private readonly Socket _read;
    private readonly Socket _write;

    internal SocketPairWaker()
    {
        using var listener = NewSocket();
        _write = NewSocket();
        try
        {
            listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            listener.Listen();
            _write.Connect(listener.LocalEndPoint!);
            _read = AcceptFrom(listener, _write.LocalEndPoint!);
        }
        catch (SocketException exception)
        {
            _write.Dispose();
            throw new IOException($"A pair of sockets on the loopback, with which other threads wake a loop, could not be had: {exception.Message}", exception);
        }
        _write.NoDelay = true;
        _write.Blocking = false;
        _read.Blocking = false;
        Descriptor = (int)_read.Handle;
    }

    public WakerKind Kind => WakerKind.SocketPair;

    public int Descriptor { get; }

    public void Wake()
    {
        try
        {
            _write.Send([1], SocketFlags.None, out var error);
            // Full, it is readable at its other end, and nothing is left to do.
            if (error is not (SocketError.Success or SocketError.WouldBlock or SocketError.OperationAborted or SocketError.Interrupted))
                throw new IOException($"Waking a loop by its pair of sockets failed: {new SocketException((int)error).Message}", new SocketException((int)error));
        }
        catch (ObjectDisposedException)
        {
            // The loop was closed: nobody is left to wake. (As are the errors of a call that was under way meanwhile.)
        }
    }

    public void Drain()
    {
        const int Size = 256;
        Span<byte> buffer = stackalloc byte[Size];
        while (_read.Receive(buffer, SocketFlags.None, out _) == Size)
            continue;
    }

    public void Dispose()
    {
        _write.Dispose();
        _read.Dispose();
    }

    private static Socket NewSocket() => new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    /// <summary>Any program of this machine may connect to the listener: only our own other end will do.</summary>
    private static Socket AcceptFrom(Socket listener, EndPoint peer)
    {
        while (true)
        {
            var accepted = listener.Accept();
            if (peer.Equals(accepted.RemoteEndPoint))
                return accepted;
            accepted.Dispose();
        }
    }
}
