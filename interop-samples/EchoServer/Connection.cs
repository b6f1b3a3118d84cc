using System.Net.Sockets;

namespace IOLoops.Samples;

/// <summary>
/// One client. Reads only when nothing waits to be written: a client that does not read what it is sent is not read from
/// either, and costs at most one buffer.
/// </summary>
internal sealed class Connection(IOLoop loop, EchoServer server, Socket socket)
{
    private ReadOnlyMemory<byte> _unsent;
    private bool _closed;

    internal void Open() => loop.AddHandler(socket, OnReady, IOEvents.Read);

    /// <summary>Leaves the loop first and closes the socket then: its number may be another's at once.</summary>
    internal void Close()
    {
        if (_closed)
            return;
        _closed = true;
        loop.RemoveHandler(socket);
        socket.Dispose();
        server.Forget(this);
    }

    private void OnReady(FileDescriptor fd, IOEvents events)
    {
        server.Statistics.CountCall();
        if (events.HasError())
            Close(); // reset, or both directions shut down: there is no one left to answer
        else if (_unsent.IsEmpty)
            Echo();
        else
            Flush();
    }

    /// <summary>Reads once: the loop calls again when there is more, after the other clients had their turn.</summary>
    private void Echo()
    {
        int count = socket.Receive(server.Buffer, SocketFlags.None, out var error);
        if (error == SocketError.WouldBlock)
            return;
        if (error != SocketError.Success || count == 0)
        {
            Close();
            return;
        }
        server.Statistics.CountMessage(count);
        var received = server.Buffer.AsMemory(0, count);
        if (!TrySend(received.Span, out int sent))
        {
            Close();
        }
        else if (sent < count)
        {
            _unsent = received[sent..].ToArray();
            loop.UpdateHandler(socket, IOEvents.Write);
        }
    }

    private void Flush()
    {
        if (!TrySend(_unsent.Span, out int sent))
        {
            Close();
            return;
        }
        _unsent = _unsent[sent..];
        if (_unsent.IsEmpty)
        {
            _unsent = default;
            loop.UpdateHandler(socket, IOEvents.Read);
        }
    }

    /// <summary>Sends what the kernel takes now, perhaps nothing.</summary>
    /// <returns>False: the connection is broken.</returns>
    private bool TrySend(ReadOnlySpan<byte> data, out int sent)
    {
        sent = socket.Send(data, SocketFlags.None, out var error);
        if (error is SocketError.Success)
            return true;
        sent = 0;
        return error == SocketError.WouldBlock;
    }
}
