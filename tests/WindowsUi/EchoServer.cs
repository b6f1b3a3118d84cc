using System.Net;
using System.Net.Sockets;

namespace IOLoops.WindowsUi;

/// <summary>Echoes on a loop, and counts what it sees. All but the constructor's caller's own on the loop's thread.</summary>
internal sealed class EchoServer : IDisposable
{
    private readonly IOLoop _loop;
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { Blocking = false };
    private readonly List<Socket> _connections = [];
    private readonly byte[] _buffer = new byte[256];
    private readonly int _thread = Environment.CurrentManagedThreadId;

    /// <summary>On the loop's thread.</summary>
    internal EchoServer(IOLoop loop)
    {
        _loop = loop;
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen(16);
        loop.AddHandler(_listener, (_, _) => Accept(), IOEvents.Read);
    }

    internal EndPoint EndPoint => _listener.LocalEndPoint!;

    internal int Messages { get; private set; }

    /// <summary>How many handlers ran on another thread.</summary>
    internal int Elsewhere { get; private set; }

    internal Action<int> OnMessage { get; set; } = static _ => { };

    public void Dispose()
    {
        _loop.RemoveHandler(_listener);
        _listener.Dispose();
        foreach (var connection in _connections)
        {
            _loop.RemoveHandler(connection);
            connection.Dispose();
        }
        _connections.Clear();
    }

    private void Accept()
    {
        while (true)
        {
            Socket connection;
            try
            {
                connection = _listener.Accept();
            }
            catch (SocketException exception) when (exception.SocketErrorCode == SocketError.WouldBlock)
            {
                return;
            }
            (connection.Blocking, connection.NoDelay) = (false, true);
            _connections.Add(connection);
            _loop.AddHandler(connection, (_, _) => Echo(connection), IOEvents.Read);
        }
    }

    private void Echo(Socket connection)
    {
        if (Environment.CurrentManagedThreadId != _thread)
            Elsewhere++;
        int length = connection.Receive(_buffer, SocketFlags.None, out var error);
        if (length > 0)
        {
            connection.Send(_buffer.AsSpan(0, length), SocketFlags.None, out _);
            OnMessage(++Messages);
        }
        else if (error != SocketError.WouldBlock)
        {
            _loop.RemoveHandler(connection);
            _connections.Remove(connection);
            connection.Dispose();
        }
    }
}
