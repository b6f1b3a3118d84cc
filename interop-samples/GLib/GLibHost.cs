using System.Collections.Concurrent;

namespace IOLoops.Samples;

/// <summary>
/// GLib's main loop as a host of loops: their turns, and their timers, are sources of a GMainContext. Construct it on the thread that
/// runs the context, and dispose of it there when its loops are closed.
/// </summary>
public sealed class GLibHost : IPumpableHost, INestingHost, IHostClock, IYieldingHost, IDisposable
{
    /// <summary>G_PRIORITY_DEFAULT: turns come in order with GLib's other events, and before redrawing and idle work.</summary>
    public const int DefaultPriority = 0;

    private const int LowestPriority = int.MaxValue;
    private const long LongestWait = 10_000; // microseconds that a turn gives way to other work, at most

    private readonly MainContext _context;
    private readonly int _priority;
    private readonly Thread _thread = Thread.CurrentThread;
    private readonly ConcurrentQueue<Action> _turns = new();
    private readonly ConcurrentQueue<Action> _behind = new();
    private readonly Source _soon;    // runs _turns
    private readonly Source _idle;    // runs _behind, when GLib has nothing else to do
    private readonly Source _overdue; // runs _behind, when it always has

    /// <param name="context">The context, which must outlive this host.</param>
    /// <param name="priority">Of turns, among the context's sources; a lower number comes first.</param>
    public GLibHost(MainContext context, int priority = DefaultPriority)
    {
        ArgumentNullException.ThrowIfNull(context);
        _context = context;
        _priority = priority;
        _soon = Source.Timed(context, priority, () => RunNext(_turns, _soon!));
        _idle = Source.Timed(context, LowestPriority, () => RunNext(_behind, _idle!));
        _overdue = Source.Timed(context, priority, () => RunNext(_behind, _overdue!));
    }

    public bool IsOnHostThread => Thread.CurrentThread == _thread;

    public bool CanPump => IsOnHostThread;

    public LoopTime Now => new(LibGLib.g_get_monotonic_time() * TimeSpan.TicksPerMicrosecond);

    public DateTimeOffset UtcNow => DateTimeOffset.UnixEpoch.AddMicroseconds(LibGLib.g_get_real_time());

    // GLib runs a turn of the lowest priority at once when nothing else is ready. No other answer is as cheap: to ask
    // g_main_context_pending inside a callback leaves references of the sources that it finds.
    public bool HasOtherWork => true;

    // The exception tells the loop that its host is gone. A source that is disposed at the same moment throws the same.
    public void Post(Action turn)
    {
        ObjectDisposedException.ThrowIf(_soon.IsClosed, this);
        _turns.Enqueue(turn);
        _soon.SetReadyTime(0);
    }

    public void PostBehind(Action turn)
    {
        _behind.Enqueue(turn);
        _overdue.SetReadyTime(LibGLib.g_get_monotonic_time() + LongestWait);
        _idle.SetReadyTime(0);
    }

    public IDisposable PostAfter(TimeSpan delay, Action turn)
    {
        long microseconds = (delay.Ticks + TimeSpan.TicksPerMicrosecond - 1) / TimeSpan.TicksPerMicrosecond;
        return Source.Once(_context, _priority, LibGLib.g_get_monotonic_time() + microseconds, turn);
    }

    public void Pump(Task until)
    {
        until.ContinueWith(_ => LibGLib.g_main_context_wakeup(_context), TaskScheduler.Default);
        while (!until.IsCompleted)
            LibGLib.g_main_context_iteration(_context, mayBlock: 1);
    }

    public void Dispose()
    {
        _soon.Dispose();
        _idle.Dispose();
        _overdue.Dispose();
    }

    private static void RunNext(ConcurrentQueue<Action> turns, Source source)
    {
        if (!turns.TryDequeue(out var turn))
            return;
        if (!turns.IsEmpty)
            source.SetReadyTime(0); // before the call: what runs GLib inside it is to find the others
        turn();
    }
}
