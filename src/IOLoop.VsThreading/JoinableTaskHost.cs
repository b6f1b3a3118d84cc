using Microsoft.VisualStudio.Threading;

namespace IOLoops.VsThreading;

/// <summary>The main thread of a <see cref="JoinableTaskContext"/> as a host: turns are work of a joinable task of the loop's.</summary>
/// <remarks>It nests: JoinableTaskFactory.Run, called in a handler, executes whatever is joined, without asking the loop.</remarks>
internal sealed partial class JoinableTaskHost : IPumpableHost, INestingHost, IHostLifetime, IHostWaits, IYieldingHost
{
    private readonly TurnFactory _factory;
    private readonly FactoryMembership _membership;
    private readonly JoinableTaskCollection _loops; // what is joined: the task of the run, if there is one
    private readonly Thread _mainThread;
    private readonly Lock _gate = new();
    private TurnTask? _task;   // guarded by _gate; from the first post of a run until its end, and until no turn is posted
    private int _posted;       // guarded by _gate; how many posted delegates of this epoch have not run
    private int _epoch;        // guarded by _gate; counts losses
    private bool _isRunning;   // guarded by _gate
    private bool _isLost;      // guarded by _gate; the main thread no longer takes what is posted
    private bool _isClosed;    // guarded by _gate
    private bool _runsForLong; // the main thread alone

    private JoinableTaskHost(JoinableTaskFactory factory)
    {
        _factory = new TurnFactory(factory, this);
        _membership = new FactoryMembership(factory);
        _loops = new JoinableTaskCollection(factory.Context);
        _mainThread = factory.Context.MainThread;
    }

    /// <exception cref="ArgumentException">There is no main thread that could be posted to.</exception>
    internal static JoinableTaskHost Create(JoinableTaskFactory factory)
    {
        ArgumentNullException.ThrowIfNull(factory);
        var host = new JoinableTaskHost(factory);
        if (host._factory.PostsAnywhere)
        {
            throw new ArgumentException(
                "The factory's JoinableTaskContext has no SynchronizationContext that posts to its main thread, so a loop has no thread there to run on: construct the JoinableTaskContext on the UI thread, where the UI framework's SynchronizationContext is current, or pass it as an argument; in a console program take loop.CreateJoinableTaskContext() of a PollIOLoop, or use PollIOLoop alone.",
                nameof(factory));
        }
        return host;
    }

    /// <summary>Counts the runs that were lost and tried again. Any thread.</summary>
    internal int Epoch => Volatile.Read(ref _epoch);

    /// <summary>Names the loop in hang reports.</summary>
    internal string DisplayName
    {
        set => _loops.DisplayName = value;
    }

    /// <summary>Called with the reason why no turn will run any more. Set before the first run.</summary>
    internal Action<Exception> OnLost { get; set; } = static _ => { };

    // The context compares managed thread ids, which are reused when a thread has ended.
    public bool IsOnHostThread => ReferenceEquals(Thread.CurrentThread, _mainThread);

    public bool CanPump => IsOnHostThread;

    /// <summary>The loop's task, if a turn of it is posted.</summary>
    internal JoinableTask? PostedTask
    {
        get
        {
            lock (_gate)
                return _posted > 0 ? _task?.Joinable : null;
        }
    }

    internal JoinableTaskCollection.JoinRelease Join() => _loops.Join();

    public IDisposable? EnterWait() => _factory.Context.IsWithinJoinableTask ? Join() : null;

    public void OnRunBeginning()
    {
        lock (_gate)
        {
            _isRunning = true;
            if (!_isLost)
                return;
            _isLost = false; // let it try again, and forget what was posted
            _epoch++;
            _posted = 0;
        }
        _membership.Update(this);
    }

    public void OnRunEnded()
    {
        lock (_gate)
            _isRunning = false;
        EndIfOver();
    }

    /// <summary>The loop is closed.</summary>
    internal void End()
    {
        lock (_gate)
        {
            _isClosed = true;
            _isLost = true;
            _queue.Clear();
            _spare = null;
        }
        OnLost = static _ => { }; // the pump of the main thread may keep what it ran last, and that leads here
        EndIfOver();
    }

    public void Pump(Task until)
    {
        if (until.IsCompleted)
            return;
        // A main thread that has nothing to do but to run the loop does not hang, however long that takes.
        var options = _runsForLong ? JoinableTaskCreationOptions.LongRunning : JoinableTaskCreationOptions.None;
        _runsForLong = false;
#pragma warning disable VSTHRD003 // what it waits for ends in a turn, and those are joined
        _factory.Guarded.Run(() => RunTurnsAsync(until), options);
    }

    private async Task RunTurnsAsync(Task until)
    {
        using (Join())
            await until;
    }
#pragma warning restore VSTHRD003

    /// <summary>For <see cref="IOLoop.Start"/>: what the main thread pumps next is not expected to end soon.</summary>
    internal RunningForLong RunForLong()
    {
        bool isMain = IsOnHostThread;
        if (isMain)
            _runsForLong = true;
        return new RunningForLong(isMain ? this : null);
    }

    /// <summary>
    /// A turn that is still posted may be the first of the next run: the joinable task that it is work of, and so is executed by
    /// a blocked main thread, lasts until it has run.
    /// </summary>
    private void EndIfOver()
    {
        TurnTask? over;
        lock (_gate)
        {
            if (_isRunning || (_posted > 0 && !_isLost && _mainThread.IsAlive))
                return;
            over = _task;
            _task = null;
        }
        over?.End();
        _membership.Update(this);
    }

    internal readonly struct RunningForLong(JoinableTaskHost? host) : IDisposable
    {
        public void Dispose()
        {
            if (host is not null)
                host._runsForLong = false;
        }
    }
}
