using System.Net.Sockets;

namespace IOLoops.Samples;

/// <summary>A client's socket on a loop. Neither reading nor writing ever blocks: a slow client waits for itself alone.</summary>
internal sealed class ClientConnection
{
    private const int MostUnsent = 64 * 1024;

    private readonly IOLoop _loop;
    private readonly ClientListener _listener;
    private readonly Socket _socket;
    private readonly StationClient _client;
    private readonly LineSplitter _lines = new();
    private readonly byte[] _buffer = new byte[4096];
    private byte[] _unsent = [];
    private bool _isClosed;

    internal ClientConnection(IOLoop loop, ClientListener listener, Socket socket, Station station)
    {
        (_loop, _listener, _socket) = (loop, listener, socket);
        loop.AddHandler(socket, OnReady, IOEvents.Read);
        _client = station.Join(Send);
    }

    /// <summary>Leaves the loop first and closes the socket then: its number may be another's at once.</summary>
    internal void Close()
    {
        if (_isClosed)
            return;
        _isClosed = true;
        _loop.RemoveHandler(_socket);
        _socket.Dispose();
        _listener.Forget(this);
        _client.Leave();
    }

    private void OnReady(FileDescriptor fd, IOEvents events)
    {
        if (events.IsWritable())
            Flush();
        if (events.IsReadable() || events.HasError())
            Receive();
    }

    private void Receive()
    {
        int count = _socket.Receive(_buffer, SocketFlags.None, out var error);
        if (error == SocketError.WouldBlock)
            return;
        if (error != SocketError.Success || count == 0)
            Close();
        else
            _lines.Split(_buffer.AsMemory(0, count)).ForEach(_client.Receive);
    }

    private void Send(string line)
    {
        bool wasIdle = _unsent.Length == 0;
        _unsent = [.. _unsent, .. LineSplitter.Encode(line)];
        if (wasIdle)
            Flush();
    }

    private void Flush()
    {
        int sent = _socket.Send(_unsent, SocketFlags.None, out var error);
        if (error == SocketError.Success)
            _unsent = _unsent[sent..];
        else if (error != SocketError.WouldBlock)
            _unsent = []; // it is gone, and reading will say so
        if (_unsent.Length > MostUnsent)
            _socket.Shutdown(SocketShutdown.Both); // it does not read: to be told by reading, too
        _loop.UpdateHandler(_socket, _unsent.Length == 0 ? IOEvents.Read : IOEvents.Read | IOEvents.Write);
    }
}
