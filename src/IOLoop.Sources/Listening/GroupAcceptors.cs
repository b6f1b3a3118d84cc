using System.Net.Sockets;

namespace IOLoops.Sources.Listening;

/// <summary>The accepts of a <see cref="LoopGroupListener"/>: on each loop, or on one for all.</summary>
internal sealed class GroupAcceptors(LoopGroup group, Func<LoopStream, Task> serve, bool handsOver) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<IOLoop, LoopListener> _listeners = []; // guarded by _gate, as is what follows
    private IReadOnlyList<Socket> _sockets = [];
    private bool _isDisposed;

    /// <exception cref="ObjectDisposedException">A loop is closed.</exception>
    internal void Begin(IReadOnlyList<Socket> sockets)
    {
        _sockets = sockets;
        group.LoopEnded += OnLoopEnded;
        for (int i = 0; i < sockets.Count; i++)
            Begin(handsOver ? group.Next() : group.Loops[i], sockets[i]);
    }

    public void Dispose()
    {
        group.LoopEnded -= OnLoopEnded;
        LoopListener[] listeners;
        lock (_gate)
        {
            if (_isDisposed)
                return;
            _isDisposed = true;
            listeners = [.. _listeners.Values];
        }
        foreach (var listener in listeners)
            listener.Dispose();
        if (handsOver || listeners.Length < _sockets.Count)
        {
            foreach (var socket in _sockets)
                socket.Dispose();
        }
    }

    private void Begin(PollIOLoop loop, Socket socket)
    {
        LoopListener listener;
        lock (_gate)
        {
            if (_isDisposed)
                return;
            // Who hands over keeps the socket for another loop.
            listener = new LoopListener(loop, socket, leaveOpen: handsOver, handsOver ? group.Next : null);
            _listeners.Add(loop, listener);
        }
        loop.AddCallback(AcceptAllAsync, (loop, listener));
    }

    /// <summary>On the loop that accepts, until the listener is disposed. What it fails with is reported there.</summary>
    private async Task AcceptAllAsync((PollIOLoop Loop, LoopListener Listener) acceptor)
    {
        try
        {
            await foreach (var stream in acceptor.Listener.ConfigureAwait(false)) // on the loop, or elsewhere when that is closed
                Serve(stream);
        }
        catch (ObjectDisposedException) when (acceptor.Loop.IsClosed)
        {
            // The loop has ended, and with it what it accepts.
        }
        catch (IOException) when (handsOver)
        {
            Dispose(); // a socket that stays open would keep clients waiting
            throw;
        }
        finally
        {
            acceptor.Listener.Dispose(); // a socket that nobody accepts from would keep its share of the connections waiting
        }
    }

    /// <summary>In a callback of the stream's loop, as all code of users.</summary>
    private void Serve(LoopStream stream)
    {
        while (!stream.Loop.TryAddCallback(serve, stream))
        {
            try
            {
                stream = stream.MoveTo(group.Next()); // the loop was closed after it was chosen
            }
            catch (ObjectDisposedException)
            {
                stream.Dispose(); // all are closed
                return;
            }
        }
    }

    private void OnLoopEnded(object? sender, LoopEndedEventArgs end)
    {
        LoopListener? listener;
        Socket? socket;
        lock (_gate)
        {
            _listeners.Remove(end.Loop, out listener);
            socket = handsOver && !_isDisposed ? _sockets[0] : null;
        }
        if (listener is null)
            return;
        listener.Dispose();
        if (socket is not null)
            AcceptElsewhere(socket);
    }

    private void AcceptElsewhere(Socket socket)
    {
        while (true)
        {
            try
            {
                Begin(group.Next(), socket);
                return;
            }
            catch (ObjectDisposedException) when (group.Loops.Any(static loop => !loop.IsClosed))
            {
                // Closed after it was chosen.
            }
            catch (Exception exception) when (exception is InvalidOperationException)
            {
                return; // all have ended: the run of the group is about to
            }
        }
    }
}
