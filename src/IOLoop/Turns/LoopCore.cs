using System.Runtime.CompilerServices;
using IOLoops.Callbacks;
using IOLoops.Diagnostics;
using IOLoops.Interop;
using IOLoops.Polling;
using IOLoops.Registrations;
using IOLoops.Timeouts;

namespace IOLoops.Turns;

/// <summary>
/// The engine of a loop: one turn, whoever runs it. A native loop lets a turn sleep in the poller; a hosted loop polls
/// with a zero timeout and is posted again.
/// </summary>
/// <remarks>
/// A turn may nest: a handler that pumps its host runs a turn inside a turn. What the outer turn has begun (a batch of
/// callbacks, of due timeouts, of ready descriptors) is held here, not on the stack, so the nested turn goes on with it
/// where the outer one was interrupted, and the outer one finds it finished.
/// </remarks>
internal sealed partial class LoopCore : ICallOwner, IObservedLoop
{
    private readonly IOLoop _loop;
    private readonly IPoller _poller;
    private readonly LoopClock _clock;
    private readonly Action _wake;
    private readonly int _maxEvents;
    private readonly Action? _beforeCalls;
    private readonly CallbackQueue _callbacks = new();
    private readonly TimeoutQueue _timeouts = new();
    private readonly HandlerTable _handlers = new();
    private readonly ForgottenCallbacks _forgotten;
    private ReadyEvent[] _ready;
    private int _readyIndex;
    private int _readyCount;
    private uint _poll;
    private volatile bool _stop;

    /// <param name="loop">The loop that failures are reported to and that is current inside turns.</param>
    /// <param name="poller">Owned.</param>
    /// <param name="clock">Owned.</param>
    /// <param name="wake">Makes a turn happen; called once per sleep, from any thread.</param>
    /// <param name="options">The loop's options.</param>
    /// <param name="isHostThread">For a hosted loop: whether the calling thread is its host's own.</param>
    /// <param name="beforeCalls">What a turn does before it calls anybody; null: nothing.</param>
    internal LoopCore(
        IOLoop loop, IPoller poller, LoopClock clock, Action wake, IOLoopOptions options, Func<bool>? isHostThread = null, Action? beforeCalls = null)
    {
        if (options.MaxEventsPerTurn < 1)
            throw new ArgumentOutOfRangeException(nameof(options), options.MaxEventsPerTurn, "MaxEventsPerTurn must be at least 1.");
        _loop = loop;
        _poller = poller;
        _clock = clock;
        _wake = wake;
        _maxEvents = options.MaxEventsPerTurn;
        _ready = new ReadyEvent[_maxEvents];
        _isHostThread = isHostThread;
        _beforeCalls = beforeCalls;
        _forgotten = new ForgottenCallbacks(_callbacks, loop.Logger, loop.Name);
        LoopRegistry.Add(this);
    }

    internal IPoller Poller => _poller;

    public PollerKind PollerKind => _poller.Kind;

    internal LoopClock Clock => _clock;

    internal LoopTime Time => new(_clock.Now);

    internal bool StopRequested => _stop;

    /// <summary>Whether an outer turn was interrupted with ready descriptors left to handle.</summary>
    private bool HasReadyBatch => _readyIndex < _readyCount;

    /// <summary>Asks the current or the next run to end. Any thread.</summary>
    internal void Stop()
    {
        _stop = true;
        // Behind the fence the sleep state is read; TrySleep fences between writing it and Poll's reading of _stop. One of
        // the two sees the other, so a stop cannot fall between the last look and the sleep.
        Interlocked.MemoryBarrier();
        if (_callbacks.NeedsWake())
            _wake();
    }

    /// <summary>Turns until a stop is asked for, sleeping in between.</summary>
    [MethodImpl(Jit.Hot)]
    internal void TurnUntilStopped()
    {
        while (!_stop)
            Turn(-1);
    }

    /// <summary>One turn: callbacks, due timeouts, poll, handlers.</summary>
    /// <param name="maxWait">How long the poll may sleep, in ticks; 0: not at all; negative: for ever.</param>
    /// <returns>How many callbacks, timeouts and handlers ran.</returns>
    [MethodImpl(Jit.Hot)]
    internal int Turn(long maxWait) => IsObserved ? Turn<Observed>(maxWait) : Turn<Unobserved>(maxWait);

    [MethodImpl(Jit.Hot)]
    private int Turn<TObserver>(long maxWait)
        where TObserver : struct, ITurnObserver
    {
        var interrupted = _current;
        _current = null;
        Counters.Turns++;
        TObserver.BeginTurn(this);
        int ran = RunQueued<TObserver>();
        if (!HasReadyBatch && !_stop)
            Poll<TObserver>(maxWait);
        if (HasReadyBatch)
            ran += RunHandlersOfTurn<TObserver>();
        TObserver.EndTurn(this);
        _current = interrupted;
        return ran;
    }

    /// <summary>One turn that does not sleep when it has run something, and that runs what became due while it slept.</summary>
    internal int TurnOnce(long maxWait) => IsObserved ? TurnOnce<Observed>(maxWait) : TurnOnce<Unobserved>(maxWait);

    private int TurnOnce<TObserver>(long maxWait)
        where TObserver : struct, ITurnObserver
    {
        Counters.Turns++;
        TObserver.BeginTurn(this);
        int ran = RunQueued<TObserver>();
        if (!HasReadyBatch && !_stop)
            Poll<TObserver>(ran > 0 ? 0 : maxWait);
        ran += RunHandlersOfTurn<TObserver>();
        if (ran == 0 && !_stop)
            ran = RunQueued<TObserver>();
        TObserver.EndTurn(this);
        return ran;
    }

    /// <summary>How long nothing will be due, in ticks: 0: a turn is due now; negative: until an event.</summary>
    internal long NextWait()
    {
        var now = Time; // before the gate is taken: the clock may be the application's
        if (IsOnLoopThread)
            return NextWait(now);
        lock (_runGate)
            return NextWait(now);
    }

    private long NextWait(LoopTime now)
    {
        if (_callbacks.HasWork || _timeouts.HasDueBatch || HasReadyBatch || _hasEnded || HasAlwaysReadyWork())
            return 0;
        return _timeouts.IsEmpty ? -1 : Math.Max(0, (new LoopTime(_timeouts.Earliest) - now).Ticks);
    }

    /// <summary>The callbacks that are there, then the timeouts that were there and are due: what those add waits for the next turn.</summary>
    [MethodImpl(Jit.Hot)]
    private int RunQueued<TObserver>()
        where TObserver : struct, ITurnObserver
    {
        if (_removalRequested)
            ServeRemovals();
        if (_hasEnded)
            TellEnded<TObserver>();
        long lastTimeout = _timeouts.Sequence;
        int ran = 0;
        _callbacks.TakeBatch();
        TObserver.BeginCallbacks(this);
        if (_beforeCalls is not null && _callbacks.HasBatch)
            _beforeCalls();
        while (RunCallbacksUntilFailure<TObserver>(ref ran))
            continue;
        Counters.Callbacks += ran;
        TObserver.EndCallbacks(this, ran);
        if (_timeouts.Count > 0)
            ran += RunTimeouts<TObserver>(lastTimeout);
        if (_hasEnded)
            TellEnded<TObserver>();
        return ran;
    }

    /// <summary>Entering a protected region costs little, and yet more than calling a delegate: one serves all callbacks that do not fail.</summary>
    [MethodImpl(Jit.Hot)]
    private bool RunCallbacksUntilFailure<TObserver>(ref int ran)
        where TObserver : struct, ITurnObserver
    {
        object running = null!;
        try
        {
            while (_callbacks.Next() is { } first)
            {
                ran++;
                running = first;
                if (first.GetType() == typeof(Action))
                {
                    TObserver.BeginCallback(this, first);
                    Unsafe.As<Action>(first)();
                }
                else if (first is WorkInvoker)
                {
                    var item = _callbacks.Rest();
                    running = ReferenceEquals(item.Callback, WorkItemCall.Execute) ? item.State! : item.Callback;
                    TObserver.BeginCallback(this, item);
                    Run(item);
                }
                else
                {
                    TObserver.BeginCallback(this, first);
                    Unsafe.As<IThreadPoolWorkItem>(first).Execute();
                }
                LeaveContext();
            }
            return false;
        }
        catch (Exception exception)
        {
            Fail(WorkItemCall.Describe(running), exception);
            return true;
        }
    }

    [MethodImpl(Jit.Hot)]
    private int RunTimeouts<TObserver>(long last)
        where TObserver : struct, ITurnObserver
    {
        if (!_timeouts.HasDueBatch)
            _timeouts.TakeDue(_clock.Now, last);
        if (_beforeCalls is not null && _timeouts.HasDueBatch)
            _beforeCalls();
        int ran = 0;
        while (RunTimeoutsUntilFailure<TObserver>(ref ran))
            continue;
        Counters.Timeouts += ran;
        TObserver.EndCallbacks(this, ran);
        return ran;
    }

    [MethodImpl(Jit.Hot)]
    private bool RunTimeoutsUntilFailure<TObserver>(ref int ran)
        where TObserver : struct, ITurnObserver
    {
        Delegate running = null!;
        try
        {
            while (_timeouts.TryNextDue(out var item))
            {
                ran++;
                running = item.Callback;
                TObserver.BeginCallback(this, item);
                Run(item);
                LeaveContext();
            }
            return false;
        }
        catch (Exception exception)
        {
            Fail(running, exception);
            return true;
        }
    }

    [MethodImpl(Jit.Hot)]
    private void Poll<TObserver>(long maxWait)
        where TObserver : struct, ITurnObserver
    {
        if (_socketWaits is { Count: > 0 })
            CheckSocketWaits();
        long wait = WaitFor(maxWait);
        bool asleep = wait != 0 && _callbacks.TrySleep();
        if (!asleep || _stop || _removalRequested)
            wait = 0;
        _poll++;
        _readyIndex = 0;
        _readyCount = 0; // should the wait throw
        TObserver.BeginPoll(this);
        _readyCount = _poller.Wait(_ready.AsSpan(0, _maxEvents), wait);
        TObserver.EndPoll(this);
        if (asleep)
            _callbacks.WakeUp();
        if (_alwaysReady is not null)
            AppendAlwaysReady(); // may end waits, of which the next turn tells
    }

    [MethodImpl(Jit.Hot)]
    private long WaitFor(long maxWait)
    {
        if (maxWait == 0 || _callbacks.HasWork || _hasEnded || (_alwaysReady is not null && HasAlwaysReadyWork()))
            return 0;
        if (_timeouts.IsEmpty)
            return maxWait;
        long wait = _clock.PrepareWait(_timeouts.Earliest);
        if (wait < 0)
            return maxWait;
        return maxWait < 0 ? wait : Math.Min(wait, maxWait);
    }

    [MethodImpl(Jit.Hot)]
    private int RunHandlers<TObserver>()
        where TObserver : struct, ITurnObserver
    {
        int ran = 0;
        if (_beforeCalls is not null && HasReadyBatch)
            _beforeCalls();
        while (_readyIndex < _readyCount)
        {
            if (Dispatch<TObserver>(_ready[_readyIndex++]))
                ran++;
        }
        Counters.HandlerCalls += ran;
        if (_ghostSeen)
            RebuildPoller();
        return ran;
    }

    [MethodImpl(Jit.Hot)]
    private void Run(in WorkItem item)
    {
        EnterContext(item.Context);
        if (item.Invoker is null)
            Unsafe.As<Action>(item.Callback)();
        else if (item.Invoker.Invoke(item.Callback, item.State) is { } task)
            TaskFailures.Observe(_loop, item.Callback, task);
    }

    /// <summary>A callback has thrown. It is reported in the callback's context.</summary>
    private void Fail(Delegate callback, Exception exception)
    {
        _loop.ReportFailure(callback, exception);
        LeaveContext();
    }
}
