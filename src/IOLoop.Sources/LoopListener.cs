using System.Net.Sockets;
using IOLoops.Sources.Listening;

namespace IOLoops.Sources;

/// <summary>
/// Accepts the connections of a listening socket, TCP, Unix or vsock, on a loop: one by one with <see cref="AcceptAsync"/>, or all with
/// <c>await foreach (var stream in listener)</c>. Blocks no thread.
/// </summary>
/// <remarks>
/// <para>The <see cref="FileDescriptor.Object"/> of a stream's <see cref="LoopStream.Descriptor"/> is the connection's <see cref="Socket"/>.</para>
/// <para>
/// When no descriptors are left (EMFILE, ENFILE), connections stay in the system's queue, and an accept waits and tries again, 20 times in a
/// second. The error is reported once per shortage, as a failed callback: see <see cref="IOLoop.CallbackException"/>. A client that has
/// disconnected before it is accepted is not an error: the next one is taken. When thousands in a row have failed so, the listener rests and
/// reports it in the same way. EPERM, from a security module that forbids accepting, is the caller's exception.
/// </para>
/// </remarks>
/// <example>
/// <code>
/// using var listener = new LoopListener(loop, listening);
/// await foreach (var connection in listener.WithCancellation(stopping))
///     loop.SpawnCallback(() => answer(connection));    // connections are answered at the same time, on one thread
/// </code>
/// </example>
public sealed class LoopListener : IAsyncEnumerable<LoopStream>, IDisposable
{
    private readonly IOLoop _loop;
    private readonly Socket _socket;
    private readonly FileDescriptor _fd;
    private readonly bool _leaveOpen;
    private readonly AcceptOperation _accept;
    private int _isEnding;

    /// <summary>A listener over a socket that is bound and listens. Makes it non-blocking. Any thread.</summary>
    /// <param name="loop">Where to wait.</param>
    /// <param name="listening">The socket.</param>
    /// <param name="leaveOpen">Whether the socket stays open when the listener is disposed.</param>
    /// <exception cref="ObjectDisposedException">The loop or the socket is closed.</exception>
    public LoopListener(IOLoop loop, Socket listening, bool leaveOpen = false)
        : this(loop, listening, leaveOpen, null)
    {
    }

    /// <param name="loop">Where to wait for connections.</param>
    /// <param name="listening">The socket.</param>
    /// <param name="leaveOpen">Whether the socket stays open when the listener is disposed.</param>
    /// <param name="streamsOn">Which loop each connection's stream is to wait on; null: the same.</param>
    internal LoopListener(IOLoop loop, Socket listening, bool leaveOpen, Func<IOLoop>? streamsOn)
    {
        ArgumentNullException.ThrowIfNull(loop);
        ArgumentNullException.ThrowIfNull(listening);
        ObjectDisposedException.ThrowIf(loop.IsClosed, loop);
        listening.Blocking = false;
        _loop = loop;
        _socket = listening;
        _fd = listening;
        _leaveOpen = leaveOpen;
        _accept = new AcceptOperation(loop, _fd, new Acceptor(streamsOn ?? (() => loop), listening), () => Volatile.Read(ref _isEnding) != 0);
    }

    /// <summary>Accepts a connection, or waits for one. Any thread; one at a time. Await it once.</summary>
    /// <param name="cancellationToken">Ends the waiting. No connection is lost: the next call returns it.</param>
    /// <exception cref="InvalidOperationException">Another accept is in progress.</exception>
    /// <exception cref="IOException">(From the task.) The socket does not listen, or has failed; <see cref="Exception.HResult"/> is the errno.</exception>
    /// <exception cref="ObjectDisposedException">(From the task.) The listener, its socket or the loop is closed.</exception>
    public ValueTask<LoopStream> AcceptAsync(CancellationToken cancellationToken = default) => _accept.Begin(cancellationToken);

    /// <summary>The connections as they come, until the listener is disposed. Does not dispose of them.</summary>
    public IAsyncEnumerator<LoopStream> GetAsyncEnumerator(CancellationToken cancellationToken = default) => EnumerateAsync(cancellationToken);

    /// <summary>An accept in progress fails with an <see cref="ObjectDisposedException"/>, and an enumeration ends. Closes the socket. Any thread.</summary>
    public void Dispose()
    {
        // A full fence: an accept that begins later sees it; one that has begun is seen below.
        if (Interlocked.Exchange(ref _isEnding, 1) == 0)
            _ = CloseAsync();
    }

    private async Task CloseAsync()
    {
        try
        {
            if (_accept.IsBusy)
                await _loop.RemoveHandlerAsync(_fd).ConfigureAwait(false);
        }
        catch (ObjectDisposedException)
        {
            // A closed loop waits for nothing.
        }
        finally
        {
            if (!_leaveOpen)
                _socket.Dispose();
        }
    }

    private async IAsyncEnumerator<LoopStream> EnumerateAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            LoopStream stream;
            try
            {
                stream = await AcceptAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (ObjectDisposedException) when (Volatile.Read(ref _isEnding) != 0)
            {
                yield break;
            }
            yield return stream;
        }
    }
}
