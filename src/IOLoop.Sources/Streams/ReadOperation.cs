using System.IO.Pipes;

namespace IOLoops.Sources.Streams;

/// <summary>The read of a stream.</summary>
internal sealed class ReadOperation(IOLoop loop, SharedDescriptor shared) : StreamOperation(loop, shared, IOEvents.Read)
{
    private Memory<byte> _buffer;
    private int _count;
    private bool _isDrained; // the last read took all there was: it is better to wait at once
    private Attempts _attempts;
    private ReadOnlyMemory<byte> _unread; // given back when the stream was moved: comes first

    /// <summary>What reads return before they read. While nothing else has claimed the operation.</summary>
    internal ReadOnlyMemory<byte> Unread
    {
        get => _unread;
        init => _unread = value;
    }

    protected override string Name => "read";

    protected override int Result => _count;

    internal ValueTask<int> Begin(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled<int>(cancellationToken);
        Claim();
        try
        {
            if (!_unread.IsEmpty)
                return TakeUnread(buffer.Span);
            _buffer = buffer;
            bool mayTry = !_isDrained && _attempts.IsNextWorthIt(); // a buffer that was filled exactly may have been all there was
            if (!TryAtOnce(mayTry))
            {
                if (mayTry)
                    _attempts.NoteMiss();
                return new ValueTask<int>(this, Pend(cancellationToken));
            }
            _attempts.NoteHit();
        }
        catch (Exception exception)
        {
            Unclaim();
            return ValueTask.FromException<int>(exception);
        }
        int count = _count;
        Unclaim();
        return new ValueTask<int>(count);
    }

    private ValueTask<int> TakeUnread(Span<byte> buffer)
    {
        if (Shared.IsEnding)
            throw Shared.Disposed();
        int count = Math.Min(buffer.Length, _unread.Length);
        _unread.Span[..count].CopyTo(buffer);
        _unread = _unread[count..];
        Unclaim();
        return new ValueTask<int>(count);
    }

    protected override bool Try()
    {
        _isDrained = false;
        if (_buffer.IsEmpty)
        {
            _count = 0;
            return Shared.IO.IsReady(toWrite: false); // a read of nothing tells that there is something
        }
        if (Shared.IO.TryRead(_buffer.Span) is not { } count)
            return false;
        _count = count;
        _isDrained = count < _buffer.Length && count > 0 && !Shared.IO.IsDisk;
        return true;
    }

    protected override void DoOnDisk() => _count = Shared.IO.ReadDisk(_buffer.Span);

    protected override async ValueTask TransferAsync(PipeStream pipe, CancellationToken cancellationToken) =>
        _count = await pipe.ReadAsync(_buffer, cancellationToken).ConfigureAwait(false);

    protected override void Release() => _buffer = default;
}
