using System.Threading.Tasks.Sources;
using IOLoops.Sources.Interop;

namespace IOLoops.Sources.Folders;

/// <summary>Changes that the consumer has not taken yet, and the consumer's waiting. Any thread.</summary>
internal sealed class ChangeBuffer(IOLoop loop, int capacity) : IValueTaskSource<bool>
{
    private static readonly FolderChange Overflow = new(FolderChangeKind.Overflow, "", null, false);

    private readonly Lock _gate = new(); // of all fields
    private readonly Queue<(FolderChange Change, string Path)> _changes = new();
    private readonly HashSet<string> _modified = []; // paths with a Modified that was not taken
    private ManualResetValueTaskSourceCore<bool> _source;
    private object? _consumer;
    private Exception? _failure;
    private Exception? _end;
    private CancellationToken _token;
    private bool _endsWithOverflow;
    private bool _isWaiting;
    private bool _isEnded;

    /// <summary>Paths are <see cref="RawPath"/>s.</summary>
    internal void Add(FolderChangeKind kind, string path, bool isFolder, string? oldPath = null)
    {
        lock (_gate)
        {
            if (kind == FolderChangeKind.Modified && _modified.Contains(path))
                return;
            if (_changes.Count >= capacity)
            {
                AddOverflowLocked();
                return;
            }
            NoteModified(kind, path, oldPath);
            var change = new FolderChange(kind, RawPath.Display(path), oldPath is null ? null : RawPath.Display(oldPath), isFolder);
            _changes.Enqueue((change, path));
            _endsWithOverflow = false;
        }
    }

    internal void AddOverflow()
    {
        lock (_gate)
            AddOverflowLocked();
    }

    /// <summary>The consumer gets the exception after the changes before it. Watching continues. Of several, the first counts.</summary>
    internal void Fail(Exception exception)
    {
        lock (_gate)
            _failure ??= exception;
    }

    /// <summary>Nothing more comes: the consumer gets the exception, or a plain end when it is null.</summary>
    /// <returns>Whether the consumer waits, and must be woken up. One that is about to wait sees the end.</returns>
    internal bool End(Exception? exception)
    {
        lock (_gate)
        {
            if (exception is null)
                _isEnded = true;
            else
                _end ??= exception;
            return _isWaiting;
        }
    }

    /// <exception cref="InvalidOperationException">There is a consumer.</exception>
    internal void Enter(object consumer)
    {
        lock (_gate)
        {
            if (_consumer is not null)
                throw new InvalidOperationException("A FolderWatch has one consumer at a time, and another enumeration has not ended. Dispose of its enumerator first.");
            _consumer = consumer;
        }
    }

    internal void Leave()
    {
        lock (_gate)
        {
            _consumer = null;
            _isWaiting = false;
        }
    }

    internal bool TryTake(out FolderChange change)
    {
        lock (_gate)
        {
            change = default;
            if (_isEnded || !_changes.TryDequeue(out var taken))
                return false;
            change = taken.Change;
            _endsWithOverflow &= _changes.Count > 0;
            if (change.Kind == FolderChangeKind.Modified)
                _modified.Remove(taken.Path);
            return true;
        }
    }

    /// <summary>Waits until there is something to take.</summary>
    /// <returns>False: the watch was disposed.</returns>
    internal ValueTask<bool> WaitAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            // The token is asked under the lock: when it is cancelled later, CancelWait runs later than this, and sees that it waits.
            cancellationToken.ThrowIfCancellationRequested();
            if (TryGetOutcome(out bool isMore, out var failure))
                return failure is null ? new ValueTask<bool>(isMore) : ValueTask.FromException<bool>(failure);
            _token = cancellationToken;
            _source.Reset();
            _isWaiting = true;
            return new ValueTask<bool>(this, _source.Version);
        }
    }

    /// <summary>Resumes the consumer when there is a reason. On the loop's thread with no lock held, or on the pool's when the loop was closed.</summary>
    internal void Wake()
    {
        bool isMore;
        Exception? failure;
        lock (_gate)
        {
            if (!_isWaiting || !TryGetOutcome(out isMore, out failure))
                return;
            _isWaiting = false;
        }
        if (failure is null)
            _source.SetResult(isMore);
        else
            _source.SetException(failure);
    }

    /// <summary>Ends the waiting of this consumer, if it waits. On the loop's thread.</summary>
    internal void CancelWait(object consumer)
    {
        lock (_gate)
        {
            if (!_isWaiting || !ReferenceEquals(_consumer, consumer))
                return;
            _isWaiting = false;
        }
        _source.SetException(new OperationCanceledException(_token));
    }

    bool IValueTaskSource<bool>.GetResult(short token) => _source.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<bool>.GetStatus(short token) => _source.GetStatus(token);

    void IValueTaskSource<bool>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);

    private bool TryGetOutcome(out bool isMore, out Exception? failure)
    {
        isMore = false;
        failure = null;
        if (_isEnded)
            return true;
        if (_changes.Count > 0)
        {
            isMore = true;
            return true;
        }
        failure = _failure ?? _end ?? (loop.IsClosed ? new ObjectDisposedException(loop.Name) : null);
        _failure = null;
        return failure is not null;
    }

    private void NoteModified(FolderChangeKind kind, string path, string? oldPath)
    {
        switch (kind)
        {
            case FolderChangeKind.Modified:
                _modified.Add(path);
                break;
            case FolderChangeKind.Created or FolderChangeKind.Deleted or FolderChangeKind.Moved: // another file has the path from now on
                _modified.Remove(path);
                if (oldPath is not null)
                    _modified.Remove(oldPath);
                break;
        }
    }

    /// <summary>One Overflow at the end stands for all that is lost until the consumer takes it.</summary>
    private void AddOverflowLocked()
    {
        if (_endsWithOverflow)
            return;
        _changes.Enqueue((Overflow, ""));
        _endsWithOverflow = true;
    }
}
