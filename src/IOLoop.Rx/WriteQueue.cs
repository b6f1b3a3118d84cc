namespace IOLoops.Rx;

/// <summary>Notifications that wait for the writer, and the end behind them. Any thread; no call is made with the lock held.</summary>
/// <remarks>
/// Why no notification waits for a writer that never comes: it is queued, and <c>_isServed</c> read and set, under one lock; the writer
/// that finds the queue empty clears <c>_isServed</c> under the same lock. So either the writer finds the notification, or the
/// source's thread finds that there is no writer, and posts one.
/// </remarks>
internal sealed class WriteQueue(int capacity, bool dropsOldest)
{
    private readonly object _gate = new(); // of all fields; a Lock cannot be waited on
    private readonly Queue<ReadOnlyMemory<byte>> _queue = new();
    private Exception? _failure;
    private bool _hasEnded;         // nothing more comes, except what is queued
    private volatile bool _isOver;  // nothing more is written. Read anywhere
    private bool _isServed = true;  // a writer is posted, or runs, or waits for the stream; at first the one that Subscribe posts
    private bool _isPosted = true;  // it is posted: closing the loop would drop it
    private bool _isWatched;        // and that would be reported

    internal bool IsOver => _isOver;

    /// <returns>False: there is no room.</returns>
    internal bool TryAdd(ReadOnlyMemory<byte> value, out bool mustPost)
    {
        mustPost = false;
        lock (_gate)
        {
            if (_hasEnded)
                return true;
            if (_queue.Count >= capacity)
            {
                if (!dropsOldest)
                    return false;
                _queue.Dequeue();
            }
            _queue.Enqueue(value);
            mustPost = Serve();
            return true;
        }
    }

    /// <summary>Blocks until there may be room, or the end.</summary>
    /// <returns>False: before it blocks, the caller has to watch for the closing of the loop.</returns>
    internal bool WaitForRoom()
    {
        lock (_gate)
        {
            while (!_hasEnded && _queue.Count >= capacity)
            {
                if (_isPosted && !_isWatched)
                {
                    _isWatched = true;
                    return false;
                }
                Monitor.Wait(_gate);
            }
            return true;
        }
    }

    /// <summary>The end of the source, behind what is queued.</summary>
    /// <returns>Whether a writer has to be posted.</returns>
    internal bool End(Exception? failure)
    {
        lock (_gate)
        {
            if (_hasEnded)
                return false;
            _hasEnded = true;
            _failure = failure;
            return Serve();
        }
    }

    /// <summary>An end that waits for nothing.</summary>
    /// <returns>Whether a writer has to be posted.</returns>
    internal bool Fail(Exception failure)
    {
        lock (_gate)
        {
            if (_hasEnded)
                return false;
            _queue.Clear();
            _failure = failure;
            EndLocked();
            return Serve();
        }
    }

    /// <summary>Discards everything, and resumes a source that waits.</summary>
    /// <returns>False: that was done before.</returns>
    internal bool Discard()
    {
        lock (_gate)
        {
            bool isFirst = !_isOver;
            _isOver = true;
            _queue.Clear();
            EndLocked();
            return isFirst;
        }
    }

    /// <summary>The next that the writer has to write.</summary>
    /// <param name="value">What to write.</param>
    /// <param name="hasEnded">Instead: whether the source has ended, and all is written.</param>
    /// <param name="failure">With what it has ended.</param>
    /// <returns>False: there is nothing to write now.</returns>
    internal bool TryTake(out ReadOnlyMemory<byte> value, out bool hasEnded, out Exception? failure)
    {
        lock (_gate)
        {
            _isPosted = _isWatched = false;
            failure = _failure;
            hasEnded = false;
            if (_queue.TryDequeue(out value))
            {
                Monitor.PulseAll(_gate);
                return true;
            }
            hasEnded = _hasEnded && !_isOver;
            _isServed = false;
            return false;
        }
    }

    /// <summary>The writer, which has posted itself, continues in the next turn. On the loop's thread.</summary>
    internal void NotePosted()
    {
        lock (_gate)
        {
            _isPosted = true;
            Monitor.PulseAll(_gate); // a source that waits has to watch from now on
        }
    }

    private bool Serve()
    {
        if (_isServed)
            return false;
        _isServed = _isPosted = true;
        return true;
    }

    private void EndLocked()
    {
        _hasEnded = true;
        Monitor.PulseAll(_gate);
    }
}
