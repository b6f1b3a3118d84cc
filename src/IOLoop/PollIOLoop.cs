using System.Runtime.CompilerServices;
using IOLoops.Callbacks;
using IOLoops.Interop;
using IOLoops.Ownership;
using IOLoops.Polling;
using IOLoops.Tasks;
using IOLoops.Timeouts;
using IOLoops.Turns;

namespace IOLoops;

/// <summary>
/// The native loop: a thread that calls <see cref="Start"/> sleeps in the kernel (epoll, kqueue or poll) until a descriptor is
/// ready, a timeout is due or another thread adds a callback. An idle loop does not wake up.
/// </summary>
/// <remarks>
/// Deadlines are met to better than a millisecond, and never early. To drive it from another loop instead of a thread of
/// its own, watch <see cref="BackendDescriptor"/>, wait at most <see cref="BackendTimeout"/>, and call
/// <see cref="RunOnce"/> with a zero timeout.
/// </remarks>
/// <example>
/// <code>
/// using var loop = new PollIOLoop();
/// loop.AddHandler(socket, (fd, events) => receive(), IOEvents.Read);
/// loop.CallLater(TimeSpan.FromMilliseconds(10), loop.Stop);
/// loop.Start();                            // runs on this thread until Stop
/// </code>
/// </example>
public class PollIOLoop : KernelIOLoop
{
    private readonly LoopCore _core;
    private readonly NativeTurns _turns;

    /// <summary>A loop with the default options.</summary>
    public PollIOLoop()
        : this(new PollIOLoopOptions())
    {
    }

    /// <summary>A loop with options.</summary>
    /// <exception cref="ArgumentNullException"><paramref name="options"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    /// <exception cref="PlatformNotSupportedException">This system lacks the poller asked for.</exception>
    /// <exception cref="IOException">The kernel has no descriptors left.</exception>
    public PollIOLoop(PollIOLoopOptions options)
        : this(options ?? throw new ArgumentNullException(nameof(options)), PollerFactory.Create)
    {
    }

    /// <summary>Over a poller that no system has: the tests' own.</summary>
    internal PollIOLoop(PollIOLoopOptions options, Func<PollerKind, WakerKind, IPoller> createPoller)
        : base(options)
    {
        var poller = createPoller(options.Poller, options.Waker);
        try
        {
            LoopClock clock = options.TimeProvider is null || options.TimeProvider == TimeProvider.System
                ? new LoopClock.System()
                : new TimeProviderClock(options.TimeProvider, poller.Wake);
            _core = new LoopCore(this, poller, clock, null, options);
            _turns = new NativeTurns(_core);
            Use(_core);
        }
        catch
        {
            poller.Dispose();
            throw;
        }
    }

    /// <summary>
    /// A descriptor for another loop to watch. It is readable when a turn is due: a registered descriptor is ready, a callback is
    /// queued, or a deadline earlier than <see cref="BackendTimeout"/> was added from outside a turn.
    /// </summary>
    /// <exception cref="NotSupportedException">The poller has none (<see cref="PollerKind.Poll"/>, <see cref="PollerKind.Afd"/>).</exception>
    /// <exception cref="ObjectDisposedException">The loop is closed.</exception>
    public int BackendDescriptor
    {
        get
        {
            ObjectDisposedException.ThrowIf(IsClosed, this);
            int descriptor = _core.Poller.Descriptor;
            return descriptor >= 0 ? descriptor : throw new NotSupportedException(
                $"PollerKind.{Poller} has no descriptor to watch. Use PollerKind.Epoll, or PollerKind.Kqueue, where they exist.");
        }
    }

    /// <summary>How long until a turn is due. Zero: now. Null: not before <see cref="BackendDescriptor"/> is readable. Use it on the thread that drives the loop.</summary>
    public TimeSpan? BackendTimeout
    {
        get
        {
            ObjectDisposedException.ThrowIf(IsClosed, this);
            long wait = _core.NextWait();
            return wait < 0 ? null : new TimeSpan(wait);
        }
    }

    /// <inheritdoc/>
    public override void Start()
    {
        var scope = _turns.Enter(SynchronizationContext);
        try
        {
            LoopThread.Of(this)?.StopIfRequested();
            _turns.TurnUntilStopped();
        }
        finally
        {
            EndRun(scope);
        }
    }

    /// <summary>
    /// Runs the loop on a thread of its own, which has the loop's name, until it is stopped. Any thread.
    /// </summary>
    /// <param name="cancellationToken">Asks the loop to stop, as <see cref="Stop"/> does; the task then ends without an error.</param>
    /// <returns>Ends with the run. Fails with what <see cref="Start"/> throws: that the loop runs already, or what the system has failed with.</returns>
    /// <exception cref="ObjectDisposedException">The loop is closed.</exception>
    /// <example>
    /// <code>
    /// using var loop = new PollIOLoop(new PollIOLoopOptions { Name = "orders" });   // the thread gets this name
    /// loop.AddHandler(socket, onReadable, IOEvents.Read);
    /// await loop.RunAsync(stopping);                                                // until the token is cancelled
    /// </code>
    /// </example>
    public Task RunAsync(CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(IsClosed, this);
        var run = new LoopThread(this, cancellationToken);
        run.Begin();
        return run.Ended;
    }

    /// <summary>
    /// Runs one turn on this thread. It does not sleep when it has run a callback or a timeout, and what became due
    /// while it slept still runs. After <see cref="IOLoop.Stop"/> it returns at once, once.
    /// </summary>
    /// <param name="timeout">The maximum time to sleep while nothing is ready. Zero: not at all. <see cref="Timeout.InfiniteTimeSpan"/>: until something is.</param>
    /// <returns>How many callbacks, timeouts and handlers ran.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeout"/> is negative and not infinite.</exception>
    /// <exception cref="InvalidOperationException">The loop runs already.</exception>
    /// <exception cref="ObjectDisposedException">The loop is closed.</exception>
    /// <example>
    /// In a main loop that draws frame after frame:
    /// <code>
    /// while (drawFrame())
    ///     loop.RunOnce(TimeSpan.Zero);         // one turn, which does not sleep
    /// </code>
    /// </example>
    public int RunOnce(TimeSpan timeout)
    {
        if (timeout < TimeSpan.Zero && timeout != Timeout.InfiniteTimeSpan)
            throw new ArgumentOutOfRangeException(nameof(timeout), timeout, "The timeout must be zero, positive, or Timeout.InfiniteTimeSpan.");
        var scope = _turns.Enter(SynchronizationContext);
        try
        {
            return _turns.TurnOnce(timeout < TimeSpan.Zero ? -1 : timeout.Ticks);
        }
        finally
        {
            EndRun(scope);
        }
    }

    private void EndRun(in RunScope scope)
    {
        try
        {
            _turns.Exit(scope);
        }
        finally
        {
            // Also when the poller's descriptor could not be made readable: the run is over.
            if (!RunEnds.IsIdle)
            {
                RunEnds.Complete(null);
                RunEnds.RunWork();
            }
        }
    }

    /// <inheritdoc/>
    public override void Stop()
    {
        if (LoopThread.StoppedOf(this) is { } thread)
            _turns.Stop(thread);
        else
            _core.Stop();
    }

    /// <inheritdoc/>
    public override void Close(bool allFds = false)
    {
        _core.Close(allFds, () => IsClosed = true);
    }
}
