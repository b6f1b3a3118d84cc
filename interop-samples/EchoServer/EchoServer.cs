using System.Net;
using System.Net.Sockets;

namespace IOLoops.Samples;

/// <summary>
/// Sends back to each client what it sends. Everything happens in handlers of the loop, whichever loop that is, so there
/// is nothing to lock.
/// </summary>
internal sealed class EchoServer
{
    private const int BufferSize = 64 * 1024;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly IOLoop _loop;
    private readonly Socket? _listener;
    private readonly Action<Socket> _serve;
    private readonly HashSet<Connection> _connections = [];
    private TimeoutHandle _resume;
    private bool _closed;

    /// <param name="loop">Where to serve.</param>
    /// <param name="listener">A listening, non-blocking socket; owned. Null: others hand over connections.</param>
    /// <param name="serve">What to do with a connection; null: serve it here.</param>
    internal EchoServer(IOLoop loop, Socket? listener, Action<Socket>? serve = null)
    {
        _loop = loop;
        _listener = listener;
        _serve = serve ?? Serve;
        EndPoint = (IPEndPoint?)listener?.LocalEndPoint;
    }

    /// <summary>Null: it does not listen.</summary>
    internal IPEndPoint? EndPoint { get; }

    internal ServerStatistics Statistics { get; } = new();

    /// <summary>For whichever connection is being handled: handlers run one at a time.</summary>
    internal byte[] Buffer { get; } = new byte[BufferSize];

    /// <summary>Begins to serve.</summary>
    internal void Open()
    {
        if (_listener is not null)
            _loop.AddHandler(_listener, OnConnecting, IOEvents.Read);
    }

    /// <summary>Closes the listener and all connections.</summary>
    internal void Close()
    {
        if (_closed)
            return;
        _closed = true;
        _loop.RemoveTimeout(_resume);
        if (_listener is not null)
        {
            _loop.RemoveHandler(_listener);
            _listener.Dispose();
        }
        foreach (var connection in _connections.ToArray())
            connection.Close();
    }

    internal void Forget(Connection connection) => _connections.Remove(connection);

    private void OnConnecting(FileDescriptor fd, IOEvents events)
    {
        Statistics.CountCall();
        while (TryAccept(out var socket))
        {
            if (socket is not null)
                _serve(socket);
        }
    }

    /// <summary>Accepts one connection.</summary>
    /// <returns>False: for now there are no more.</returns>
    private bool TryAccept(out Socket? socket)
    {
        socket = null;
        try
        {
            socket = _listener!.Accept();
            return true;
        }
        catch (SocketException exception)
        {
            switch (exception.SocketErrorCode)
            {
                case SocketError.WouldBlock:
                    return false;
                case SocketError.TooManyOpenSockets or SocketError.NoBufferSpaceAvailable:
                    // The connection stays in the backlog, so the listener stays readable: to go on would be to spin.
                    _loop.UpdateHandler(_listener!, IOEvents.None);
                    _resume = _loop.CallLater(Pause, () => _loop.UpdateHandler(_listener!, IOEvents.Read));
                    return false;
                default:
                    return true; // that client has gone; the next may be there
            }
        }
    }

    /// <summary>Serves a connection, on the loop's thread.</summary>
    internal void Serve(Socket socket)
    {
        if (_closed)
        {
            socket.Dispose();
            return;
        }
        try
        {
            socket.Blocking = false;
            socket.NoDelay = true;
            var connection = new Connection(_loop, this, socket);
            connection.Open();
            _connections.Add(connection);
            Statistics.Connections++;
        }
        catch (SocketException)
        {
            socket.Dispose(); // reset before its options could be set
        }
        catch
        {
            socket.Dispose();
            throw; // to the loop, which reports it and continues
        }
    }
}
