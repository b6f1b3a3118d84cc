using IOLoops.Turns;


namespace IOLoops;

/// <summary>
/// An event loop after Tornado's <c>IOLoop</c>: handlers of file descriptors, timeouts and callbacks, all run on one
/// thread, one at a time.
/// </summary>
/// <remarks>
/// <para>
/// A loop runs in turns. A turn runs the callbacks that were queued when it began, then the timeouts that are due, then asks the
/// kernel which descriptors are ready, then runs their handlers. Descriptors are level-triggered: what a handler leaves unread
/// is reported again in the next turn.
/// </para>
/// <para>
/// Threads: while a loop runs, only its own thread may use its descriptors and timeouts
/// (<see cref="InvalidOperationException"/> elsewhere). While it does not run, any one thread may. Any thread may call
/// <see cref="AddCallback(Action)"/> and its relatives, <see cref="Stop"/>, <see cref="RemoveHandlerAsync"/> and
/// <see cref="InvokeAsync(Action)"/> at any time.
/// </para>
/// <para>
/// This class is the contract. <see cref="PollIOLoop"/> is the native implementation. The loops that run inside a foreign
/// event loop implement the same contract. To write another kind of loop, implement the abstract members and run callbacks with
/// <see cref="RunCallback"/> or inside <see cref="EnterLoopThread"/>.
/// </para>
/// </remarks>
public abstract partial class IOLoop : IDisposable, IAsyncDisposable
{
    private volatile bool _isRunning;
    private volatile bool _isClosed;

    /// <summary>Constructs a loop; never makes it current. Failures are logged to the standard error stream.</summary>
    protected IOLoop()
        : this(null)
    {
    }

    /// <summary>Constructs a loop; never makes it current.</summary>
    /// <param name="options">Its name and where failures are logged; <see langword="null"/> for the defaults.</param>
    protected IOLoop(IOLoopOptions? options)
    {
        Name = options?.Name ?? GetType().Name;
        Logger = Diagnostics.LoopLog.CreateLogger(options?.LoggerFactory, Name);
        HandleWaits = new WaitHandles.HandleWaits(this);
    }

    /// <summary>The name given in <see cref="IOLoopOptions.Name"/>, or the type's.</summary>
    public string Name { get; }

    /// <summary>
    /// Whether the loop runs. Native loops: while <see cref="Start"/> or a single turn is on some thread's stack.
    /// Hosted loops: from the moment they are attached or started until the turn that follows <see cref="Stop"/> has ended;
    /// on the host's own thread, between turns, <see cref="Stop"/> ends it at once.
    /// </summary>
    public bool IsRunning
    {
        get => _isRunning;
        protected set
        {
            _isRunning = value;
            if (!value)
                EndRunElsewhere();
        }
    }

    /// <summary>Whether <see cref="Close"/> has been called. Loops written elsewhere set it there, which ends their signal handlers and their waits for handles.</summary>
    public bool IsClosed
    {
        get => _isClosed;
        protected set
        {
            _isClosed = value;
            if (!value)
                return;
            EndSignalHandlers();
            HandleWaits.EndAll();
            Diagnostics.LoopLog.Flush(Logger);
        }
    }

    /// <summary>The engine of the loops of this assembly; a loop written elsewhere has none and gets the plain defaults.</summary>
    internal LoopCore? Core { get; private protected set; }

    /// <summary>
    /// Runs the loop on this thread until <see cref="Stop"/> is called. Callbacks and timeouts that remain stay for the
    /// next <see cref="Start"/>.
    /// </summary>
    /// <exception cref="InvalidOperationException">The loop runs already, here or on another thread.</exception>
    /// <exception cref="ObjectDisposedException">The loop is closed.</exception>
    public abstract void Start();

    /// <summary>
    /// Ends <see cref="Start"/>. What the current turn has begun still runs (its callbacks and due timeouts, or the rest
    /// of its ready descriptors); the kernel is not asked again. When the loop does not run, the next
    /// <see cref="Start"/> returns at once. Any thread.
    /// </summary>
    /// <exception cref="IOException">The loop sleeps, and the write that wakes it failed. The loop stops when it next wakes.</exception>
    public abstract void Stop();

    /// <summary>
    /// Closes a loop that does not run: its poller, its handlers, its timeouts and what they held. Callbacks that were
    /// accepted and have not run are reported in one log entry. Closing again does nothing.
    /// </summary>
    /// <param name="allFds">Whether to close every registered descriptor, too, with <see cref="CloseFd"/>.</param>
    /// <exception cref="InvalidOperationException">The loop runs.</exception>
    public abstract void Close(bool allFds = false);
}
