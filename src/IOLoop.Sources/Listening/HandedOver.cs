namespace IOLoops.Sources.Listening;

/// <summary>
/// The connections that were accepted for a group and are not being served yet. When the loop of one ends or is closed before it serves
/// the connection, another loop does; when no loop is left, the connection is closed. Any thread.
/// </summary>
internal sealed class HandedOver
{
    private readonly LoopGroup _group;
    private readonly Func<LoopStream, Task> _serve;
    private readonly Func<LoopStream, Task> _begin;
    private readonly Lock _gate = new();
    private readonly HashSet<LoopStream> _waiting = []; // guarded by _gate, as is what follows
    private readonly HashSet<IOLoop> _watched = [];
    private bool _isClosed;

    internal HandedOver(LoopGroup group, Func<LoopStream, Task> serve)
    {
        _group = group;
        _serve = serve;
        _begin = stream => TryTake(stream) ? _serve(stream) : Task.CompletedTask;
        group.LoopEnded += OnLoopEnded;
    }

    /// <summary>The connection is served in a callback of its loop, as all code of users, or of another loop when that one ends before.</summary>
    internal void Give(LoopStream stream)
    {
        for (LoopStream? next = stream; next is not null && !TryQueue(next);)
            next = Move(next);
    }

    /// <summary>No more connections are accepted. Those that wait are served.</summary>
    internal void Close()
    {
        lock (_gate)
        {
            _isClosed = true;
            if (_waiting.Count == 0)
                _group.LoopEnded -= OnLoopEnded;
        }
    }

    /// <returns>False: the caller has the stream again, because its loop has ended.</returns>
    private bool TryQueue(LoopStream stream)
    {
        var loop = (PollIOLoop)stream.Loop;
        bool watches;
        lock (_gate)
        {
            if (_isClosed && _waiting.Count == 0)
                _group.LoopEnded += OnLoopEnded; // accepted while the listener was disposed
            _waiting.Add(stream);
            watches = _watched.Add(loop);
        }
        bool isQueued = loop.TryAddCallback(_begin, stream);
        if (watches)
            _ = WatchAsync(loop);
        // An end that was reported before the stream was added has not found it.
        return (isQueued && _group.IsAvailable(loop)) || !TryTake(stream);
    }

    private bool TryTake(LoopStream stream)
    {
        lock (_gate)
        {
            if (!_waiting.Remove(stream))
                return false;
            if (_isClosed && _waiting.Count == 0)
                _group.LoopEnded -= OnLoopEnded;
            return true;
        }
    }

    /// <returns>Null: no loop is left, and the connection is closed.</returns>
    private LoopStream? Move(LoopStream stream)
    {
        while (true)
        {
            PollIOLoop? next = null;
            try
            {
                next = _group.Next();
                return stream.MoveTo(next);
            }
            catch (ObjectDisposedException) when (next is { IsClosed: true })
            {
                // Closed after it was chosen.
            }
            catch (InvalidOperationException)
            {
                stream.Dispose(); // all have ended or are closed
                return null;
            }
            catch
            {
                stream.Dispose();
                throw;
            }
        }
    }

    private void OnLoopEnded(object? sender, LoopEndedEventArgs end) => MoveAll(end.Loop);

    private void MoveAll(IOLoop loop)
    {
        LoopStream[] streams;
        lock (_gate)
            streams = [.. _waiting.Where(stream => stream.Loop == loop)];
        foreach (var stream in streams)
        {
            if (TryTake(stream) && Move(stream) is { } moved)
                Give(moved);
        }
    }

    /// <summary>
    /// Closing a loop drops its callbacks without a call, but ends the tasks of what was to be invoked there. One such call at a time is
    /// queued while connections wait.
    /// </summary>
    private async Task WatchAsync(PollIOLoop loop)
    {
        try
        {
            do
                await loop.InvokeAsync(static () => { }).ConfigureAwait(false);
            while (!TryEndWatch(loop));
        }
        catch (ObjectDisposedException)
        {
            lock (_gate)
                _watched.Remove(loop);
            MoveAll(loop);
        }
    }

    private bool TryEndWatch(PollIOLoop loop)
    {
        lock (_gate)
            return !_waiting.Any(stream => stream.Loop == loop) && _watched.Remove(loop);
    }
}
