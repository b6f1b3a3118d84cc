namespace IOLoops.Hosting;

/// <summary>A <see cref="SynchronizationContext"/> as a host.</summary>
internal class SynchronizationContextHost : IHostThread
{
    private static readonly SendOrPostCallback Invoke = static state => ((PostedTurn)state!).Run();

    private readonly SynchronizationContext _context;
    private readonly bool _hasThread;
    private PostedTurn? _turn;  // the loop posts two delegates again and again: a turn,
    private PostedTurn? _probe; // and a question whether the context still takes anything;
    private PostedTurn? _third; // derived hosts one more
    private int _threadId; // the context's one thread as far as is known; 0: unknown; -1: there is more than one

    private protected SynchronizationContextHost(SynchronizationContext context)
    {
        _context = context;
        // The base class posts to the thread pool.
        _hasThread = context.GetType() != typeof(SynchronizationContext);
        // Some frameworks make a context per operation, so that it cannot be known again; but its thread can.
        if (_hasThread && ReferenceEquals(SynchronizationContext.Current, context))
            _threadId = Environment.CurrentManagedThreadId;
        if (context is IFairContext { Thread: { } own })
            _threadId = own.ManagedThreadId;
    }

    internal static ILoopHost Create(SynchronizationContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (IsFair(context))
            return new FairContextHost(context);
        if (!OperatingSystem.IsWindows())
            return new SynchronizationContextHost(context);
        return FormsContextHost.IsFor(context) ? new FormsContextHost() : new WindowsContextHost(context);
    }

    /// <summary>Whether the context is known to run everything in order, so that nothing waits behind turns without end.</summary>
    private static bool IsFair(SynchronizationContext context) =>
        context is IFairContext || context.GetType() == typeof(SynchronizationContext);

    public bool IsOnHostThread => _hasThread && Volatile.Read(ref _threadId) switch
    {
        -1 => false,
        0 => ReferenceEquals(SynchronizationContext.Current, _context),
        int known => known == Environment.CurrentManagedThreadId && IsTheContexts(),
    };

#pragma warning disable VSTHRD001 // to post to a context is what this class is for
    public void Post(Action turn) => _context.Post(Invoke, Wrap(turn));
#pragma warning restore VSTHRD001

    private PostedTurn Wrap(Action turn)
    {
        if (Volatile.Read(ref _turn) is { } first && ReferenceEquals(first.Turn, turn))
            return first;
        if (Volatile.Read(ref _probe) is { } second && ReferenceEquals(second.Turn, turn))
            return second;
        if (Volatile.Read(ref _third) is { } third && ReferenceEquals(third.Turn, turn))
            return third;
        var wrapped = new PostedTurn(this, turn);
        if (Interlocked.CompareExchange(ref _turn, wrapped, null) is not null && Interlocked.CompareExchange(ref _probe, wrapped, null) is not null)
            Interlocked.CompareExchange(ref _third, wrapped, null);
        return wrapped;
    }

    /// <summary>Learns from where turns run whether the context has one thread.</summary>
    private void NoteThread()
    {
        int known = Volatile.Read(ref _threadId);
        int here = Environment.CurrentManagedThreadId;
        if (known != here && known != -1)
            Volatile.Write(ref _threadId, known == 0 && !Thread.CurrentThread.IsThreadPoolThread ? here : -1);
    }

    /// <summary>A thread of the pool does other work as well: unless the context is current there, it is not the context's now.</summary>
    private bool IsTheContexts() => !Thread.CurrentThread.IsThreadPoolThread || ReferenceEquals(SynchronizationContext.Current, _context);

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
