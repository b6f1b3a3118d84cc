using System.Net.Sockets;

namespace IOLoops.Sources.Listening;

/// <summary>The accepts of a <see cref="LoopGroupListener"/>: on each loop, or on one for all.</summary>
internal sealed class GroupAcceptors(LoopGroup group, Func<LoopStream, Task> serve, bool handsOver) : IDisposable
{
    private readonly HandedOver _handedOver = new(group, serve);
    private readonly Lock _gate = new();
    private readonly Dictionary<IOLoop, LoopListener> _listeners = []; // guarded by _gate, as is what follows
    private IReadOnlyList<Socket> _sockets = [];
    private bool _isDisposed;

    /// <param name="sockets">One for each of the loops; in hand-over, one.</param>
    /// <param name="loops">The loops that accept, unless one hands over.</param>
    /// <exception cref="InvalidOperationException">All loops have ended.</exception>
    /// <exception cref="ObjectDisposedException">All loops are closed.</exception>
    internal void Begin(IReadOnlyList<Socket> sockets, IReadOnlyList<PollIOLoop> loops)
    {
        _sockets = sockets;
        group.LoopEnded += OnLoopEnded;
        if (handsOver)
        {
            BeginOnNext(sockets[0]);
            return;
        }
        bool accepts = false;
        for (int i = 0; i < sockets.Count; i++)
        {
            if (TryBegin(loops[i], sockets[i]))
                accepts = true;
            else
                sockets[i].Dispose();
        }
        if (!accepts)
            throw new ObjectDisposedException(group.Name, "All loops of the group ended before they could accept connections. See the log for the reasons.");
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
        _handedOver.Close();
        foreach (var listener in listeners)
            listener.Dispose();
        if (handsOver || listeners.Length < _sockets.Count)
        {
            foreach (var socket in _sockets)
                socket.Dispose();
        }
    }

    /// <exception cref="InvalidOperationException">All loops have ended, or are closed.</exception>
    private void BeginOnNext(Socket socket)
    {
        while (!TryBegin(group.Next(), socket))
        {
            // It ended, or was closed, after it was chosen.
        }
    }

    /// <returns>False: the loop has ended, or is closed.</returns>
    private bool TryBegin(PollIOLoop loop, Socket socket)
    {
        LoopListener listener;
        lock (_gate)
        {
            if (_isDisposed)
                return true;
            try
            {
                // In hand-over the socket outlives its loop: another loop accepts from it next.
                listener = new LoopListener(loop, socket, leaveOpen: handsOver, handsOver ? group.Next : null);
            }
            catch (ObjectDisposedException) when (loop.IsClosed)
            {
                return false;
            }
            _listeners.Add(loop, listener);
        }
        // An end that was reported before the listener was added has not found it.
        if (group.IsAvailable(loop) && loop.TryAddCallback(AcceptAllAsync, (loop, listener)))
            return true;
        lock (_gate)
        {
            if (!_listeners.Remove(loop))
                return true; // OnLoopEnded has found it
        }
        listener.Dispose();
        return false;
    }

    /// <summary>On the loop that accepts, until the listener is disposed. What it fails with is reported there.</summary>
    private async Task AcceptAllAsync((PollIOLoop Loop, LoopListener Listener) acceptor)
    {
        try
        {
            await foreach (var stream in acceptor.Listener.ConfigureAwait(false)) // on the loop, or elsewhere when that is closed
                _handedOver.Give(stream);
        }
        catch (ObjectDisposedException) when (acceptor.Loop.IsClosed)
        {
            // The loop has ended, and with it what it accepts. OnLoopEnded does the rest.
        }
        catch (Exception) when (handsOver)
        {
            Dispose(); // a socket that stays open would keep clients waiting
            throw;
        }
        finally
        {
            acceptor.Listener.Dispose(); // an open socket without an accept would keep its share of the connections waiting
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
        try
        {
            BeginOnNext(socket);
        }
        catch (InvalidOperationException)
        {
            Dispose(); // all have ended or are closed: clients are refused, as with a socket for each loop
        }
    }
}
