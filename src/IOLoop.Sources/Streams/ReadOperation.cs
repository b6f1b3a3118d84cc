namespace IOLoops.Sources.Streams;

/// <summary>The read of a stream.</summary>
internal sealed class ReadOperation(IOLoop loop, SharedDescriptor shared) : StreamOperation(loop, shared, IOEvents.Read)
{
    private Memory<byte> _buffer;
    private int _count;
    private bool _isDrained; // the last read took all there was: it is better to wait at once
    private int _misses;     // attempts in a row that found nothing
    private int _toSkip;     // how many attempts are skipped therefore

    protected override string Name => "read";

    protected override int Result => _count;

    internal ValueTask<int> Begin(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled<int>(cancellationToken);
        Claim();
        try
        {
            _buffer = buffer;
            bool mayTry = IsWorthTrying();
            if (!TryAtOnce(mayTry))
            {
                if (mayTry)
                    NoteMiss();
                return new ValueTask<int>(this, Pend(cancellationToken));
            }
            _misses = 0;
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

    /// <summary>
    /// In request-response traffic a read that fills its buffer exactly may still have emptied the descriptor. So after attempts that found
    /// nothing some are skipped.
    /// </summary>
    private bool IsWorthTrying()
    {
        if (_isDrained)
            return false;
        if (_toSkip == 0)
            return true;
        _toSkip--;
        return false;
    }

    private void NoteMiss()
    {
        const int Most = 4;
        _misses = Math.Min(_misses + 1, Most);
        _toSkip = (1 << _misses) - 1;
    }

    protected override void DoOnDisk() => _count = Shared.IO.ReadDisk(_buffer.Span);

    protected override void Release() => _buffer = default;
}
