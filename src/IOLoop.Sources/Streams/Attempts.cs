namespace IOLoops.Sources.Streams;

/// <summary>
/// Whether an operation is worth an attempt before it waits. In request-response traffic and in bulk transfers most attempts find nothing,
/// and each costs a system call: so after misses some are skipped.
/// </summary>
internal struct Attempts
{
    private const int MostMisses = 4;

    private int _misses; // in a row
    private int _toSkip;

    internal bool IsNextWorthIt()
    {
        if (_toSkip == 0)
            return true;
        _toSkip--;
        return false;
    }

    internal void NoteMiss()
    {
        _misses = Math.Min(_misses + 1, MostMisses);
        _toSkip = (1 << _misses) - 1;
    }

    internal void NoteHit() => _misses = 0;
}
