using System.Runtime.CompilerServices;
using IOLoops.Callbacks;
using IOLoops.Diagnostics;
using IOLoops.Interop;
using IOLoops.Ownership;
using IOLoops.Polling;
using IOLoops.Registrations;
using IOLoops.Timeouts;

namespace IOLoops.Turns;

/// <summary>
/// The engine of a loop: one turn, wherever it runs, and the parts that it is made of. A native loop lets a turn sleep in the poller;
/// a hosted loop polls with a zero timeout and is posted again.
/// </summary>
/// <remarks>
/// A turn may nest: a handler that pumps its host runs a turn inside a turn. What the outer turn has begun (a batch of
/// callbacks, of due timeouts, of ready descriptors) is held by the parts, not on the stack, so the nested turn continues it
/// where the outer one was interrupted, and the outer one finds it finished.
/// </remarks>
internal sealed class LoopCore
{
    private readonly IOLoop _loop;
    private readonly LoopGate _gate;
    private readonly CallContext _context;
    private readonly CallbackQueue _callbacks = new();
    private readonly TimeoutQueue _timeouts;
    private readonly AlwaysReadyFiles _alwaysReady;
    private readonly SocketWaits _socketWaits;
    private readonly EndedItems _ended;
    private readonly EndingCalls _ending = new();
    private readonly RegistrationSet _registrations;
    private readonly RunningCalls _calls;
    private readonly Removals _removals;
    private readonly ReadyBatch _batch;
    private readonly CallbackRunner _runner;
    private readonly Dispatcher _dispatcher;
    private readonly EndTeller _ends;
    private readonly LoopView _view;
    private readonly ForgottenCallbacks _forgotten;

    /// <param name="loop">The loop that failures are reported to and that is current inside turns.</param>
    /// <param name="poller">Owned.</param>
    /// <param name="clock">Owned.</param>
    /// <param name="wake">Makes a turn happen; called once per sleep, from any thread. Null: the poller is woken.</param>
    /// <param name="options">The loop's options.</param>
    /// <param name="isHostThread">For a hosted loop: whether the calling thread is its host's own.</param>
    /// <param name="beforeCalls">What a turn does before it runs user code; null: nothing.</param>
    /// <param name="pauses">Asked after each handler: whether the rest of the batch is to wait for the next turn; null: never.</param>
    internal LoopCore(
        IOLoop loop, IPoller poller, LoopClock clock, Action? wake, IOLoopOptions options, Func<bool>? isHostThread = null, Action? beforeCalls = null,
        Func<bool>? pauses = null)
    {
        if (options.MaxEventsPerTurn < 1)
            throw new ArgumentOutOfRangeException(nameof(options), options.MaxEventsPerTurn, "MaxEventsPerTurn must be at least 1.");
        _loop = loop;
        Poller = poller;
        Clock = clock;
        Waker = new LoopWaker(loop, poller, _callbacks);
        wake ??= Waker.Wake;
        var releases = new HandleReleases(loop);
        _gate = new LoopGate(loop, isHostThread, wake, releases);
        _context = new CallContext(loop, _gate);
        Poster = new Poster(loop, _gate, _callbacks, wake);
        Timeouts = new LoopTimeouts(_gate, _callbacks);
        _timeouts = Timeouts.Queue;
        var table = new HandlerTable();
        _alwaysReady = new AlwaysReadyFiles(table);
        _batch = new ReadyBatch(Math.Min(options.MaxEventsPerTurn, IOLoopOptions.LargestBatch));
        _ended = new EndedItems(releases);
        _registrations = new RegistrationSet(loop, poller, table, _alwaysReady, _batch, _ended, _ending, Poster);
        var waits = new Waits(loop, _gate, _registrations, _ended, Poster);
        _socketWaits = waits.OnSockets;
        _calls = new RunningCalls(loop, _gate, _registrations, _batch, _ending, Poster);
        _removals = new Removals(_gate, _registrations, _calls, _ending);
        Registrar = new Registrar(_gate, _registrations, waits, _removals, _ended, _callbacks, Poster);
        _view = new LoopView(loop, poller.Kind, _gate, clock, _callbacks, _timeouts, table);
        _ends = new EndTeller(_ended, _context, _view, beforeCalls);
        _runner = new CallbackRunner(loop, _callbacks, _timeouts, clock, _context, _view, beforeCalls);
        _dispatcher = new Dispatcher(loop, _batch, _registrations, waits, _calls, _ends, _context, _view, beforeCalls, pauses);
        _forgotten = new ForgottenCallbacks(_callbacks, loop.Logger, loop.Name);
        LoopRegistry.Add(_view);
    }

    internal IPoller Poller { get; }

    internal LoopClock Clock { get; }

    /// <summary>Wakes the poller, for a native loop.</summary>
    internal LoopWaker Waker { get; }

    internal LoopTime Time => new(Clock.Now);

    /// <summary>Queues callbacks.</summary>
    internal Poster Poster { get; }

    /// <summary>Adds and removes timeouts.</summary>
    internal LoopTimeouts Timeouts { get; }

    /// <summary>Adds and removes handlers and waits.</summary>
    internal Registrar Registrar { get; }

    /// <summary>What others look at.</summary>
    internal LoopView View => _view;

    internal LoopGate Gate => _gate;

    internal CallContext Context => _context;

    internal CallbackQueue Callbacks => _callbacks;

    internal Removals Removals => _removals;

    internal EndedItems Ended => _ended;

    internal RunningCalls Calls => _calls;

    /// <summary>Whether there are descriptors to wait for.</summary>
    internal bool HasDescriptors => _registrations.HasDescriptors;

    /// <summary>Whether the next poll may find something at once: what was ready before, or a file that is always ready.</summary>
    internal bool MayBeReady => _batch.FoundAny || _alwaysReady.HasWork();

    /// <summary>When the earliest timeout is due; <see cref="long.MaxValue"/>: never.</summary>
    internal long Deadline => _timeouts.IsEmpty ? long.MaxValue : _timeouts.Earliest;

    /// <summary>Whether something waits for the next turn, descriptors aside.</summary>
    internal bool HasQueuedWork => _callbacks.HasWork || _timeouts.HasDueBatch || _batch.HasMore || _ended.Any || _removals.Any;

    /// <summary>Asks the current or the next run to end. Any thread.</summary>
    // Modelled in tests/models: hosted, native.
    internal void Stop()
    {
        _gate.RequestStop();
        // Behind the fence the sleep state is read; TrySleep fences between writing it and Poll's reading of the request. One of
        // the two sees the other, so a stop cannot fall between the last look and the sleep.
        Interlocked.MemoryBarrier();
        Poster.WakeIfAsleep();
    }

    /// <summary>One turn: callbacks, due timeouts, poll, handlers.</summary>
    /// <param name="maxWait">How long the poll may sleep, in ticks; 0: not at all; negative: until an event.</param>
    /// <returns>How many callbacks, timeouts and handlers ran.</returns>
    [MethodImpl(Jit.Hot)]
    internal int Turn(long maxWait) => _view.IsObserved ? Turn<Observed>(maxWait) : Turn<Unobserved>(maxWait);

    [MethodImpl(Jit.Hot)]
    private int Turn<TObserver>(long maxWait)
        where TObserver : struct, ITurnObserver
    {
        var interrupted = _calls.Current;
        _calls.Current = null;
        _view.Counters.Turns++;
        TObserver.BeginTurn(_view);
        int ran = RunQueued<TObserver>();
        if (MustPoll)
            Poll<TObserver>(maxWait);
        ran += _dispatcher.RunHandlers<TObserver>();
        TObserver.EndTurn(_view);
        _calls.Current = interrupted;
        return ran;
    }

    /// <summary>
    /// Whether the kernel is to be asked between this turn and the next. While nothing is registered and callbacks wait it has nothing to
    /// report; a wake that came late ends the next poll at once, which empties the waker. <see cref="TurnOnce(long)"/> always asks: what drives
    /// such a loop watches the poller's descriptor.
    /// </summary>
    // Modelled in tests/models: native.
    private bool MustPoll
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _registrations.Any || _socketWaits.Any || !_callbacks.HasWork;
    }

    /// <summary>One turn that does not sleep when it has run something, and that runs what became due while it slept.</summary>
    internal int TurnOnce(long maxWait) => _view.IsObserved ? TurnOnce<Observed>(maxWait) : TurnOnce<Unobserved>(maxWait);

    private int TurnOnce<TObserver>(long maxWait)
        where TObserver : struct, ITurnObserver
    {
        _view.Counters.Turns++;
        TObserver.BeginTurn(_view);
        int ran = RunQueued<TObserver>();
        Poll<TObserver>(ran > 0 ? 0 : maxWait);
        ran += _dispatcher.RunHandlers<TObserver>();
        if (ran == 0 && !_gate.StopRequested)
            ran = RunQueued<TObserver>();
        TObserver.EndTurn(_view);
        return ran;
    }

    /// <summary>The callbacks that are there, then the timeouts that were there and are due: what those add waits for the next turn.</summary>
    [MethodImpl(Jit.Hot)]
    private int RunQueued<TObserver>()
        where TObserver : struct, ITurnObserver
    {
        if (_removals.Any)
            _removals.Serve();
        if (_ended.Any)
            _ends.Tell<TObserver>();
        long lastTimeout = _timeouts.LastId;
        int ran = _runner.RunCallbacks<TObserver>();
        ran += _runner.RunTimeouts<TObserver>(lastTimeout);
        if (_ended.Any)
            _ends.Tell<TObserver>();
        return ran;
    }

    // Modelled in tests/models: native.
    [MethodImpl(Jit.Hot)]
    private void Poll<TObserver>(long maxWait)
        where TObserver : struct, ITurnObserver
    {
        if (_batch.HasMore || _gate.StopRequested)
            return; // a turn that was interrupted has descriptors left to handle
        if (_socketWaits.Any)
            _socketWaits.Check();
        long wait = WaitFor(maxWait);
        bool asleep = wait != 0 && _callbacks.TrySleep();
        if (!asleep || _gate.StopRequested || _removals.Any)
            wait = 0;
        _batch.Begin();
        TObserver.BeginPoll(_view);
        _batch.Fill(Poller, wait);
        TObserver.EndPoll(_view);
        if (asleep)
        {
            _callbacks.WakeUp();
            _view.NoteSleep();
        }
        if (_alwaysReady.Any)
            _alwaysReady.AppendTo(_batch, _registrations); // may end waits, which the next turn completes
    }

    [MethodImpl(Jit.Hot)]
    private long WaitFor(long maxWait)
    {
        if (maxWait == 0 || _callbacks.HasWork || _ended.Any || (_alwaysReady.Any && _alwaysReady.HasWork()))
            return 0;
        if (_timeouts.IsEmpty)
            return maxWait;
        long wait = Clock.PrepareWait(_timeouts.Earliest);
        if (wait < 0)
            return maxWait;
        return maxWait < 0 ? wait : Math.Min(wait, maxWait);
    }

    /// <summary>How long nothing will be due, in ticks: 0: a turn is due now; negative: until an event.</summary>
    // Modelled in tests/models: embedded.
    internal long NextWait()
    {
        var now = Time; // before the gate is taken: the clock may be the application's
        if (_gate.IsOnLoopThread)
            return NextWait(now);
        using var held = _gate.Hold();
        return NextWait(now);
    }

    private long NextWait(LoopTime now)
    {
        if (_callbacks.HasWork || _timeouts.HasDueBatch || _batch.HasMore || _ended.Any || _alwaysReady.HasWork())
            return 0;
        return _timeouts.IsEmpty ? -1 : Math.Max(0, (new LoopTime(_timeouts.Earliest) - now).Ticks);
    }

    /// <summary>Makes the thread's contexts those of a turn.</summary>
    internal RunScope EnterThread(SynchronizationContext? context)
    {
        _callbacks.WakeUp();
        _view.Restart();
        return _context.Enter(context);
    }

    /// <summary>
    /// Before a run: what a turn of the last one has left of its batch may no longer be ready. The next poll reports what is.
    /// </summary>
    internal void DropBatch()
    {
        if (_batch.HasMore)
            _batch.Begin();
    }

    internal void LeaveThread(in RunScope scope)
    {
        _view.Restart(); // a poll that has thrown is over
        _context.Leave(scope);
    }

    /// <summary>On the loop's thread, after the last turn: what was asked for, or has ended, too late for it.</summary>
    // Modelled in tests/models: hosted.
    internal void EndRun()
    {
        while (_removals.Any || _ended.Any)
        {
            _removals.Serve();
            _ends.Tell<Unobserved>();
        }
    }

    /// <summary>Closes a loop that does not run. What callers wait for ends; what was accepted and never ran is reported.</summary>
    /// <param name="allFds">Whether to close the registered descriptors, too.</param>
    /// <param name="onClosing">Called when it is certain that the loop closes, before anything is released. Makes it known as closed.</param>
    /// <returns>False: it is closed already.</returns>
    // Modelled in tests/models: close.
    internal bool Close(bool allFds, Action onClosing)
    {
        LoopRemains remains;
        using (_gate.Hold())
        {
            if (_gate.IsClosed)
                return false;
            if (_gate.IsRunning)
                throw new InvalidOperationException(_gate.DescribeRun());
            // From here on no other thread touches what the loop holds.
            _gate.Close();
            remains = new LoopRemains(_registrations, _timeouts, _ending, _ended);
        }
        onClosing();
        _view.EndWatch();
        LoopRegistry.Remove(_view);
        _forgotten.Cancel();
        remains.LetGo(_loop, _callbacks.Close(), allFds);
        Clock.Dispose();
        Poller.Dispose();
        LoopLog.Flush(_loop.Logger);
        return true;
    }
}
