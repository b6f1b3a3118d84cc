namespace IOLoops.Sources;

public sealed partial class LoopStream
{
    /// <summary>The stream on another loop that this one was moved to; guarded by <see cref="_shared"/>.</summary>
    private LoopStream? _successor;

    /// <summary>
    /// Moves the connection to another loop: returns a stream over the same descriptor that waits there. This stream can no longer be
    /// used, and its disposal does nothing. Nothing is lost and the order is kept: what the descriptor has is still there, and what
    /// was read from it before, and is given back here, comes first. Any thread, while no read and no write is in progress.
    /// </summary>
    /// <remarks>
    /// <see cref="BytesWritten"/>, both timeouts and a call of <see cref="CompleteWrites"/> move along. Neither loop needs to run, and
    /// this stream's may be closed: so a connection survives its loop. Use the new stream on its loop: pass it to
    /// <see cref="IOLoop.AddCallback{TState}(Action{TState}, TState)"/> there. An enumeration of <see cref="ReadLinesAsync"/> has read
    /// ahead: end it at the end of the text, or read lines only after the move.
    /// </remarks>
    /// <param name="loop">Where the stream is to wait from now on. Another one, or the same.</param>
    /// <param name="alreadyRead">Bytes that were read from this stream and are not used up: the new stream's reads return them first. Copied.</param>
    /// <exception cref="ArgumentException"><paramref name="alreadyRead"/> is not empty, though the stream cannot be read.</exception>
    /// <exception cref="InvalidOperationException">A read or a write is in progress, or has ended and was not awaited. The stream stays where it is.</exception>
    /// <exception cref="ObjectDisposedException"><paramref name="loop"/> is closed, and the stream stays where it is; or the stream was disposed or moved.</exception>
    public LoopStream MoveTo(IOLoop loop, ReadOnlySpan<byte> alreadyRead = default)
    {
        ArgumentNullException.ThrowIfNull(loop);
        if (!alreadyRead.IsEmpty && !_canRead)
            throw new ArgumentException("The stream is write-only: nothing can have been read from it.", nameof(alreadyRead));
        ObjectDisposedException.ThrowIf(loop.IsClosed, loop);
        _read.ClaimForMove();
        try
        {
            _write.ClaimForMove();
            try
            {
                byte[] unread = [.. alreadyRead, .. _read.Unread.Span];
                var moved = new LoopStream(this, loop, unread);
                Detach(moved);
                return moved;
            }
            finally
            {
                _write.Unclaim();
            }
        }
        finally
        {
            _read.Unclaim();
        }
    }

    private void Detach(LoopStream moved)
    {
        try
        {
            // An end of writes that finds the descriptor detached looks for the successor under the same lock.
            lock (_shared)
            {
                _shared.Detach(moved.Loop);
                _successor = moved;
            }
        }
        catch
        {
            moved._shared.Pipe?.Detach();
            throw;
        }
        if (_writesCompleted)
            moved._writesCompleted = true; // after the new stream was made
    }

    private LoopStream? Successor
    {
        get
        {
            lock (_shared)
                return _successor;
        }
    }
}
