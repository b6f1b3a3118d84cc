using Microsoft.VisualStudio.Threading;

namespace IOLoops.VsThreading;

/// <summary>The main thread of a <see cref="JoinableTaskContext"/> as a host: turns are work of a joinable task of the loop's.</summary>
internal sealed class JoinableTaskHost : ILoopHost
{
    private readonly JoinableTaskFactory _factory;
    private readonly JoinableTaskCollection _loops; // what is joined: the task of the run, if there is one
    private readonly Thread _mainThread;
    private readonly Lock _gate = new();
    private TurnTask? _task;      // guarded by _gate; from the first post of a run until its end, and until no turn is posted
    private PostedTurn? _turn;    // guarded by _gate; the loop posts two delegates again and again: a turn,
    private PostedTurn? _timed;   // guarded by _gate; and one that its timer brings
    private int _posted;          // guarded by _gate; how many posted delegates have not run
    private bool _isRunning;      // guarded by _gate
    private bool _isLost;         // guarded by _gate; the main thread no longer takes what is posted
    private bool _runsForLong;    // the main thread alone

    private JoinableTaskHost(JoinableTaskFactory factory)
    {
        _factory = factory;
        _loops = new JoinableTaskCollection(factory.Context);
        _mainThread = factory.Context.MainThread;
    }

    /// <exception cref="ArgumentException">There is no main thread that could be posted to.</exception>
    internal static JoinableTaskHost Create(JoinableTaskFactory factory)
    {
        ArgumentNullException.ThrowIfNull(factory);
        if (factory.Context.IsNoOpContext || new ContextProbe(factory.Context).PostsAnywhere)
        {
            throw new ArgumentException(
                "The factory's JoinableTaskContext has no SynchronizationContext that posts to its main thread, so a loop has no thread there to run on: construct the JoinableTaskContext on the UI thread, where the UI framework's SynchronizationContext is current, or pass it as an argument; in a console program take loop.CreateJoinableTaskContext() of a PollIOLoop, or use PollIOLoop alone.",
                nameof(factory));
        }
        return new JoinableTaskHost(factory);
    }

    /// <summary>Names the loop in hang reports.</summary>
    internal string DisplayName
    {
        set => _loops.DisplayName = value;
    }

    // The context compares managed thread ids, which are given anew when a thread has ended.
    public bool IsOnHostThread => ReferenceEquals(Thread.CurrentThread, _mainThread);

    // JoinableTaskFactory.Run, called in a handler, executes whatever is joined, without asking anybody.
    public bool MayNest => true;

    internal JoinableTaskCollection.JoinRelease Join() => _loops.Join();

    public void OnRunBeginning()
    {
        lock (_gate)
            _isRunning = true;
    }

    public void OnRunEnded()
    {
        lock (_gate)
            _isRunning = false;
        EndIfOver();
    }

    public void Post(Action turn)
    {
        if (!_mainThread.IsAlive)
            throw new InvalidOperationException("The main thread of the JoinableTaskContext has ended.");
        TurnTask task;
        PostedTurn posted;
        bool begin;
        lock (_gate)
        {
            begin = _task is null;
            task = _task ??= new TurnTask(_factory);
            posted = Wrap(turn);
            _posted++;
        }
        try
        {
            if (begin)
                task.Begin(_loops);
            task.Post(posted);
        }
        catch
        {
            lock (_gate)
                _isLost = true;
            throw;
        }
    }

    public bool TryPump(Task until)
    {
        if (!IsOnHostThread)
            return false;
        if (until.IsCompleted)
            return true;
        // A main thread that has nothing to do but to run the loop does not hang, however long that takes.
        var options = _runsForLong ? JoinableTaskCreationOptions.LongRunning : JoinableTaskCreationOptions.None;
        _runsForLong = false;
#pragma warning disable VSTHRD003 // what it waits for ends in a turn, and those are joined
        _factory.Run(() => RunTurnsAsync(until), options);
        return true;
    }

    private async Task RunTurnsAsync(Task until)
    {
        using (Join())
            await until;
    }
#pragma warning restore VSTHRD003

    public IDisposable? EnterWait() => _factory.Context.IsWithinJoinableTask ? Join() : null;

    /// <summary>For <see cref="IOLoop.Start"/>: what the main thread pumps next is not expected to end soon.</summary>
    internal RunningForLong RunForLong()
    {
        bool isMain = IsOnHostThread;
        if (isMain)
            _runsForLong = true;
        return new RunningForLong(isMain ? this : null);
    }

    /// <summary>The loop is closed.</summary>
    internal void End()
    {
        lock (_gate)
            _isLost = true;
        EndIfOver();
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
    }

    private PostedTurn Wrap(Action turn)
    {
        if (ReferenceEquals(_turn?.Turn, turn))
            return _turn;
        if (ReferenceEquals(_timed?.Turn, turn))
            return _timed;
        var wrapped = new PostedTurn(this, turn);
        if (_turn is null)
            _turn = wrapped;
        else
            _timed ??= wrapped;
        return wrapped;
    }

    private void OnTurnBegins()
    {
        lock (_gate)
            _posted--;
    }

    internal readonly struct RunningForLong(JoinableTaskHost? host) : IDisposable
    {
        public void Dispose()
        {
            if (host is not null)
                host._runsForLong = false;
        }
    }

    internal sealed class PostedTurn(JoinableTaskHost host, Action turn)
    {
        internal Action Turn => turn;

        internal void Run()
        {
            host.OnTurnBegins();
            turn();
            host.EndIfOver();
        }
    }
}
