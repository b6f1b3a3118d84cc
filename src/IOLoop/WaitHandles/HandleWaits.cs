namespace IOLoops.WaitHandles;

/// <summary>What waits for handles on behalf of a loop, and ends when that is closed. Any thread.</summary>
/// <remarks>Its lock is taken before those of its members, and never inside one.</remarks>
internal sealed class HandleWaits(IOLoop loop)
{
    private readonly Lock _gate = new();
    private HandleWait? _first; // guarded by _gate
    private bool _isClosed;     // guarded by _gate

    /// <exception cref="ObjectDisposedException">The loop is closed.</exception>
    internal void Add(HandleWait wait)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isClosed, loop);
            wait.Next = _first;
            if (_first is not null)
                _first.Previous = wait;
            _first = wait;
        }
    }

    /// <summary>Removes one. Does nothing when it was removed already.</summary>
    internal void Remove(HandleWait wait)
    {
        lock (_gate)
        {
            if (wait.Previous is null && wait.Next is null && _first != wait)
                return;
            if (wait.Next is not null)
                wait.Next.Previous = wait.Previous;
            if (wait.Previous is not null)
                wait.Previous.Next = wait.Next;
            else
                _first = wait.Next;
            wait.Next = wait.Previous = null;
        }
    }

    /// <summary>The loop is closed: ends all, and refuses others from now on.</summary>
    internal void EndAll()
    {
        List<HandleWait>? releasing = null;
        lock (_gate)
        {
            _isClosed = true;
            while (_first is { } wait)
            {
                _first = wait.Next;
                wait.Next = wait.Previous = null;
                // While the list is locked: a wait that is over by now serves no other loop before it was removed from here.
                if (wait.EndWithLoop())
                    (releasing ??= []).Add(wait);
            }
        }
        foreach (var wait in releasing ?? [])
            wait.ReleaseHandle();
    }
}
