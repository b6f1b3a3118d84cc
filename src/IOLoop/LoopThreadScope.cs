namespace IOLoops;

/// <summary>
/// For authors of loops: marks the calling thread as the loop's until it is disposed. See <see cref="IOLoop.EnterLoopThread"/>.
/// </summary>
public ref struct LoopThreadScope
{
    private readonly IOLoop.ThreadState _before;
    private readonly SynchronizationContext? _context;
    private readonly int _threadId; // what the loop's was before
    private IOLoop? _loop;

    internal LoopThreadScope(IOLoop loop, int threadId)
    {
        _loop = loop;
        _threadId = threadId;
        _context = SynchronizationContext.Current;
        _before = loop.Enter();
        SynchronizationContext.SetSynchronizationContext(loop.SynchronizationContext);
    }

    /// <summary>
    /// Restores what the thread had before: <see cref="IOLoop.Current"/> and its <see cref="SynchronizationContext"/>. Disposing
    /// it again does nothing.
    /// </summary>
    public void Dispose()
    {
        if (_loop is not { } loop)
            return;
        _loop = null;
        SynchronizationContext.SetSynchronizationContext(_context);
        IOLoop.Leave(_before);
        loop.LeaveLoopThread(_threadId);
    }
}
