namespace IOLoops.Tests.Contract;

/// <summary>A loop written outside the library: the abstract members alone, over two lists. Descriptors are ready when a test says so.</summary>
internal sealed class ListLoop : IOLoop
{
    private readonly Queue<Action> _callbacks = new();
    private readonly Dictionary<long, (LoopTime When, Action Callback)> _timeouts = [];
    private readonly Dictionary<FileDescriptor, (IOHandler Handler, IOEvents Events)> _handlers = [];
    private long _now;
    private long _lastId;
    private bool _stop;

    public ListLoop()
    {
    }

    internal ListLoop(IOLoopOptions options)
        : base(options)
    {
    }

    /// <summary>Whether <see cref="Start"/> says which thread is the loop's; else only RunCallback does.</summary>
    internal bool EntersThread { get; init; }

    /// <summary>What <see cref="AddCallback"/> throws; null: nothing.</summary>
    internal Exception? Refusal { get; set; }

    /// <summary>How many callbacks wait. Any thread.</summary>
    internal int Queued => _callbacks.Count;

    public override LoopTime Time => new(_now);

    public override void Start()
    {
        if (IsRunning)
            throw new InvalidOperationException("running");
        IsRunning = true;
        using (EntersThread ? EnterLoopThread() : default)
            Run();
        IsRunning = _stop = false;
    }

    private void Run()
    {
        while (!_stop && (_callbacks.Count > 0 || _timeouts.Count > 0))
        {
            if (_callbacks.TryDequeue(out var callback))
                RunCallback(callback);
            else
                RunEarliest();
        }
    }

    internal void EnterAnd(Action inside)
    {
        using var scope = EnterLoopThread();
        inside();
        scope.Dispose(); // again at the end, where it does nothing
    }

    public override void Stop() => _stop = true;

    public override void Close(bool allFds = false) => IsClosed = true;

    public override void AddHandler(FileDescriptor fd, IOHandler handler, IOEvents events)
    {
        if (!_handlers.TryAdd(fd, (handler, events)))
            throw new InvalidOperationException("registered");
    }

    public override void UpdateHandler(FileDescriptor fd, IOEvents events) => _handlers[fd] = (_handlers[fd].Handler, events);

    public override void RemoveHandler(FileDescriptor fd) => _handlers.Remove(fd);

    public override TimeoutHandle CallAt(LoopTime when, Action callback)
    {
        _timeouts.Add(++_lastId, (when, callback));
        return new TimeoutHandle(this, _lastId);
    }

    public override void RemoveTimeout(TimeoutHandle timeout) => _timeouts.Remove(timeout.Id);

    public override void AddCallback(Action callback)
    {
        ObjectDisposedException.ThrowIf(IsClosed, this);
        if (Refusal is not null)
            throw Refusal;
        _callbacks.Enqueue(callback);
    }

    /// <summary>Makes a descriptor ready: its handler runs as a callback.</summary>
    internal void MakeReady(FileDescriptor fd, IOEvents events) => AddCallback(() =>
    {
        if (_handlers.TryGetValue(fd, out var row))
            row.Handler(fd, events);
    });

    internal bool HasHandler(FileDescriptor fd) => _handlers.ContainsKey(fd);

    private void RunEarliest()
    {
        var (id, timeout) = _timeouts.MinBy(entry => (entry.Value.When, entry.Key));
        _timeouts.Remove(id);
        _now = Math.Max(_now, timeout.When.Ticks);
        RunCallback(timeout.Callback);
    }
}
