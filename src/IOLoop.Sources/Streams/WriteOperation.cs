using System.IO.Pipes;

namespace IOLoops.Sources.Streams;

/// <summary>The write of a stream: it ends when the system has taken all.</summary>
internal sealed class WriteOperation(IOLoop loop, SharedDescriptor shared) : StreamOperation(loop, shared, IOEvents.Write)
{
    private const int PieceOfPipe = 16 * 1024;

    private ReadOnlyMemory<byte> _left;
    private Attempts _attempts;
    private long _written;

    /// <summary>Bytes of all writes that the system has taken.</summary>
    internal long Written
    {
        get => Volatile.Read(ref _written);
        init => _written = value;
    }

    protected override string Name => "write";

    protected override int Result => 0;

    internal ValueTask Begin(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled(cancellationToken);
        Claim();
        try
        {
            _left = bytes;
            long before = _written;
            bool mayTry = _attempts.IsNextWorthIt();
            if (!TryAtOnce(mayTry))
            {
                if (mayTry && _written == before)
                    _attempts.NoteMiss();
                return new ValueTask(this, Pend(cancellationToken));
            }
            _attempts.NoteHit();
        }
        catch (Exception exception)
        {
            Unclaim();
            return ValueTask.FromException(exception);
        }
        Unclaim();
        return ValueTask.CompletedTask;
    }

    protected override bool Try()
    {
        // A peer that reads as fast as this writes would keep the loop's thread until all is written.
        for (int pieces = 0; !_left.IsEmpty; pieces++)
        {
            if (pieces == MostAtOnce)
                return false;
            if (Shared.IO.TryWrite(_left.Span) is not { } count)
                return false;
            Advance(count);
            if (Shared.IO.TakesAllItCan && !_left.IsEmpty)
                return false; // it has no room for more
        }
        return true;
    }

    protected override void DoOnDisk()
    {
        while (!_left.IsEmpty)
            Advance(Shared.IO.WriteDisk(_left.Span));
    }

    protected override async ValueTask TransferAsync(PipeStream pipe, CancellationToken cancellationToken)
    {
        // In pieces, because the system does not say how much of one was taken that was cancelled.
        while (!_left.IsEmpty)
        {
            var piece = _left[..Math.Min(_left.Length, PieceOfPipe)];
            await pipe.WriteAsync(piece, cancellationToken).ConfigureAwait(false);
            Advance(piece.Length);
        }
    }

    protected override void Release() => _left = default;

    private void Advance(int count)
    {
        _left = _left[count..];
        Volatile.Write(ref _written, _written + count);
    }
}
