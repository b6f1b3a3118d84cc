namespace IOLoops.Hosting;

/// <summary>A <see cref="SynchronizationContext"/> as a host.</summary>
internal sealed class SynchronizationContextHost : ILoopHost
{
    private static readonly SendOrPostCallback Invoke = static state => ((PostedTurn)state!).Run();

    private readonly SynchronizationContext _context;
    private readonly bool _hasThread;
    private PostedTurn? _last;
    private int _threadId; // the context's one thread as far as is known; 0: unknown; -1: there is more than one

    internal SynchronizationContextHost(SynchronizationContext context)
    {
        _context = context;
        // The base class posts to the thread pool.
        _hasThread = context.GetType() != typeof(SynchronizationContext);
        // Some frameworks make a context per operation, so that it cannot be known again; but its thread can.
        if (_hasThread && ReferenceEquals(SynchronizationContext.Current, context))
            _threadId = Environment.CurrentManagedThreadId;
    }

    public bool IsOnHostThread => _hasThread
        && (ReferenceEquals(SynchronizationContext.Current, _context) || Volatile.Read(ref _threadId) == Environment.CurrentManagedThreadId);

    public void Post(Action turn)
    {
        // The loop posts the same delegate again and again.
        var last = Volatile.Read(ref _last);
        if (last is null || !ReferenceEquals(last.Turn, turn))
            Volatile.Write(ref _last, last = new PostedTurn(this, turn));
        _context.Post(Invoke, last);
    }

    /// <summary>Learns from where turns run whether the context has one thread.</summary>
    private void NoteThread()
    {
        int known = Volatile.Read(ref _threadId);
        int here = Environment.CurrentManagedThreadId;
        if (known != here && known != -1)
            Volatile.Write(ref _threadId, known == 0 ? here : -1);
    }

    private sealed class PostedTurn(SynchronizationContextHost host, Action turn)
    {
        internal Action Turn => turn;

        internal void Run()
        {
            if (host._hasThread)
                host.NoteThread();
            turn();
        }
    }
}
