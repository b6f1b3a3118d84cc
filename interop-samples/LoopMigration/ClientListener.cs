using System.Net.Sockets;

namespace IOLoops.Samples;

/// <summary>Accepts clients on a loop, whichever loop that is: steps 2 to 4.</summary>
internal sealed class ClientListener : IDisposable
{
    private readonly IOLoop _loop;
    private readonly Socket _listener;
    private readonly Station _station;
    private readonly HashSet<ClientConnection> _connections = [];

    internal ClientListener(IOLoop loop, Socket listener, Station station)
    {
        (_loop, _listener, _station) = (loop, listener, station);
        listener.Blocking = false;
        loop.AddHandler(listener, OnConnecting, IOEvents.Read);
    }

    /// <summary>On the loop's thread, or when the loop does not run any more.</summary>
    public void Dispose()
    {
        _loop.RemoveHandler(_listener);
        foreach (var connection in _connections.ToList())
            connection.Close();
    }

    internal void Forget(ClientConnection connection) => _connections.Remove(connection);

    // One per call: if there are more, the loop calls again.
    private void OnConnecting(FileDescriptor fd, IOEvents events)
    {
        try
        {
            var socket = _listener.Accept();
            socket.Blocking = false;
            _connections.Add(new ClientConnection(_loop, this, socket, _station));
        }
        catch (SocketException)
        {
            // It has gone again already.
        }
    }
}
