using IOLoops.Sources.Interop;

namespace IOLoops.Sources.Streams;

/// <summary>The descriptor of a stream: counts the calls that use it, and closes it when the last one has ended.</summary>
/// <remarks>
/// <c>_uses</c> counts the calls, and has <see cref="Ending"/> added once the stream was disposed. The call that brings it to exactly
/// <see cref="Ending"/> closes the descriptor: either the call that added it, with no use left, or the last use. A use that begins later adds one, sees
/// that it is too late, and takes it back, which may bring the same value again: <c>_closed</c> lets only the first close.
/// </remarks>
internal sealed class SharedDescriptor(IOLoop loop, FileDescriptor fd, DescriptorIO io, bool leaveOpen, IDisposable? owner, OverlappedPipe? pipe = null)
{
    private const int Ending = int.MinValue;

    private int _uses;
    private int _closed;
    private string? _movedTo; // the name of a loop; written before Ending is added

    internal FileDescriptor Descriptor => fd;

    internal DescriptorIO IO => io;

    /// <summary>What is read and written without waiting for readiness; null: the descriptor.</summary>
    internal OverlappedPipe? Pipe => pipe;

    internal bool LeavesOpen => leaveOpen;

    internal IDisposable? Owner => owner;

    /// <summary>Whether the stream was disposed. Any thread.</summary>
    internal bool IsEnding => Volatile.Read(ref _uses) < 0;

    /// <summary>A call begins that uses the descriptor.</summary>
    /// <exception cref="ObjectDisposedException">The stream was disposed.</exception>
    internal void Enter()
    {
        if (Interlocked.Increment(ref _uses) > 0)
            return;
        Leave();
        throw Disposed();
    }

    internal void Leave()
    {
        if (Interlocked.Decrement(ref _uses) == Ending)
            Close();
    }

    /// <summary>No call may begin any more. False: the stream was disposed before.</summary>
    internal bool TryEnd()
    {
        // One use of its own keeps the descriptor open until the caller, who has removed what waits for it, calls Leave.
        for (int uses = Volatile.Read(ref _uses); uses >= 0;)
        {
            int seen = Interlocked.CompareExchange(ref _uses, uses + 1 + Ending, uses);
            if (seen == uses)
                return true;
            uses = seen;
        }
        return false;
    }

    /// <summary>No call may begin any more, and the descriptor stays open for a stream on another loop.</summary>
    /// <exception cref="InvalidOperationException">A call uses it.</exception>
    /// <exception cref="ObjectDisposedException">The stream was disposed, or moved before.</exception>
    internal void Detach(IOLoop target)
    {
        string? before = Interlocked.CompareExchange(ref _movedTo, target.Name, null);
        int seen = before is null ? Interlocked.CompareExchange(ref _uses, 1 + Ending, 0) : Ending; // one use that never leaves
        if (seen == 0)
        {
            pipe?.Detach();
            return;
        }
        if (before is null)
            Volatile.Write(ref _movedTo, null);
        throw seen < 0
            ? Disposed()
            : new InvalidOperationException("CompleteWrites runs on another thread. Move the stream when it has returned.");
    }

    /// <summary>Tells the peer of a socket that nothing more will be written.</summary>
    internal void Shutdown()
    {
        Enter();
        try
        {
            io.Shutdown();
        }
        finally
        {
            Leave();
        }
    }

    /// <summary>Why no call may begin any more.</summary>
    internal ObjectDisposedException Disposed() => Volatile.Read(ref _movedTo) is { } loop
        ? new(nameof(LoopStream), $"The stream was moved to the loop {loop}. Use the stream that MoveTo returned.")
        : new(nameof(LoopStream));

    private void Close()
    {
        if (Interlocked.Exchange(ref _closed, 1) != 0)
            return;
        io.Dispose();
        pipe?.Dispose();
        if (leaveOpen || pipe is not null)
            return;
        if (owner is not null)
            owner.Dispose();
        else
            loop.CloseFd(fd);
    }
}
