using System.Diagnostics;
using System.Runtime.CompilerServices;
using IOLoops.Interop;

namespace IOLoops.Callbacks;

/// <summary>
/// The callbacks of a loop: added from any thread, taken in batches by the loop. Knows whether the loop sleeps, so that
/// one wake serves any number of callbacks.
/// </summary>
/// <remarks>
/// <para>
/// Why no wake-up is lost. A callback is appended, and the sleep state read, under one lock (<see cref="BriefLock"/>); the loop looks at
/// the list and goes to sleep under the same lock. Whichever comes first, the other sees it: either the loop finds the callback
/// and does not sleep, or the caller finds the loop asleep and wakes it.
/// </para>
/// <para>
/// Why order is kept. The loop's own thread appends to a list of its own without the lock, but only while the shared
/// list is empty; the loop's list runs first. So whatever another thread added before the loop's thread learned of it
/// stays in front of what the loop's thread adds then.
/// </para>
/// </remarks>
internal sealed class CallbackQueue
{
    private const int Awake = 0;    // a turn runs and will look at the lists before it sleeps
    private const int Asleep = 1;   // nothing happens until the loop is woken
    private const int Notified = 2; // it was woken

    private BriefLock _gate = new();                            // close to what it guards
    private readonly SignalQueue _signals = new();
    private readonly CallbackBatch _own = new();
    private WorkList _shared = new(WorkList.InitialCapacity);   // guarded by _gate; whether it is empty is read anywhere
    private bool _closed;                                       // written under _gate; read anywhere
    private bool _stampsPosts;                                  // written by the loop's thread, read under _gate
    private long _oldestPost;                                   // guarded by _gate; 0: nothing was added, or not noted
    private long _oldestTaken;                                  // the loop's thread alone
    private int _signalling;                                    // calls of TryAddFromSignal under way; interlocked
    private int _state = Asleep;                                // see TrySleep and NeedsWake for who may change it
#pragma warning disable CA1823, CS0169, IDE0051 // there for its size
    private readonly CacheLine _padding;
#pragma warning restore CA1823, CS0169, IDE0051

    /// <summary>Whether anything waits to be taken or to be run.</summary>
    internal bool HasWork
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _own.HasWork || HasShared || _signals.HasWork;
    }

    /// <summary>
    /// The batch that the loop runs, and what its own thread has added. That thread alone uses it. CallbackRunner keeps a reference: the
    /// fields of this class lie beside those that other threads write, so that each read would fetch a cache line from their processors.
    /// </summary>
    internal CallbackBatch Own => _own;

    /// <summary>How many callbacks wait. Any thread; not exact while others add some and the loop runs some.</summary>
    internal int Count => _own.Count + _shared.CountFrom(0) + _signals.Count;

    /// <summary>
    /// How many references those that wait take, all from signals as one, because those would have to be counted. Any thread; not exact
    /// while others add some and the loop runs some.
    /// </summary>
    internal int Size => _own.Size + Volatile.Read(ref _shared.End) + (_signals.HasWork ? 1 : 0);

    /// <summary>How many references there is room for. The loop's thread; for tests.</summary>
    internal int Room => _own.Room + _shared.Capacity;

    /// <summary>Whether to note when callbacks were added by other threads. Set by the loop's thread.</summary>
    internal bool StampsPosts
    {
        set => Volatile.Write(ref _stampsPosts, value);
    }

    private bool HasShared => Volatile.Read(ref _shared.End) > 0;

    /// <summary>Appends from any thread.</summary>
    /// <returns>False when the queue is closed.</returns>
    [MethodImpl(Jit.Hot)]
    internal bool TryAdd(in WorkItem item, out bool wake)
    {
        using (_gate.Hold())
        {
            wake = false;
            if (_closed)
                return false;
            _shared.Add(item);
            if (_stampsPosts && _oldestPost == 0)
                _oldestPost = Stopwatch.GetTimestamp();
            wake = TakeWake();
            return true;
        }
    }

    /// <summary>The same for an action or a work item in the default context.</summary>
    // Modelled in tests/models: close, embedded, hosted, native.
    [MethodImpl(Jit.Hot)]
    internal bool TryAddPlain(object work, out bool wake)
    {
        using (_gate.Hold())
        {
            wake = false;
            if (_closed)
                return false;
            _shared.AddPlain(work);
            if (_stampsPosts && _oldestPost == 0)
                _oldestPost = Stopwatch.GetTimestamp();
            wake = TakeWake();
            return true;
        }
    }

    /// <summary>Appends from the loop's thread, inside a turn: the loop is awake.</summary>
    [MethodImpl(Jit.Hot)]
    internal bool TryAddLocal(in WorkItem item)
    {
        if (HasShared || Volatile.Read(ref _closed))
            return TryAdd(item, out _);
        _own.Add(item);
        return true;
    }

    /// <summary>The same for an action or a work item in the default context.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool TryAddLocalPlain(object work)
    {
        if (HasShared || Volatile.Read(ref _closed))
            return TryAddPlain(work, out _);
        _own.AddPlain(work);
        return true;
    }

    /// <summary>Under the lock: whether the loop sleeps and was not woken.</summary>
    // Modelled in tests/models: hosted, native.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TakeWake()
    {
        if (_state != Asleep)
            return false;
        _state = Notified;
        return true;
    }

    /// <summary>Appends from any thread without a lock.</summary>
    // Modelled in tests/models: close, hosted, native.
    internal bool TryAddFromSignal(in WorkItem item, out bool wake)
    {
        // Either Close sees this call counted, and waits for it before it takes out what never ran; or this call, whose
        // count is a full fence, sees the queue closed. So what is accepted runs or is reported, and what is refused is not.
        Interlocked.Increment(ref _signalling);
        bool open = !Volatile.Read(ref _closed);
        if (open)
            _signals.Add(item);
        // A full fence between publishing the item and reading the sleep state; TrySleep has one between writing that state
        // and looking for items. One of the two sees the other.
        Interlocked.Decrement(ref _signalling);
        wake = open && NeedsWake();
        return open;
    }

    /// <summary>Whether the caller must wake the loop: true once per sleep. Call it after publishing the reason, behind a full fence.</summary>
    // Modelled in tests/models: embedded, hosted, native.
    internal bool NeedsWake() =>
        Volatile.Read(ref _state) == Asleep && Interlocked.CompareExchange(ref _state, Notified, Asleep) == Asleep;

    /// <summary>The caller has taken the loop's sleep and could not wake it: the next caller is to. Any thread; see <see cref="Turns.LoopWaker"/>.</summary>
    // Modelled in tests/models: native.
    internal void TakeBackWake() => Interlocked.CompareExchange(ref _state, Asleep, Notified);

    /// <summary>
    /// Goes to sleep, unless there is work. Ends with a full fence, so that a caller who then looks at a flag that was set
    /// without the lock either sees it, or the thread that set it sees the loop asleep.
    /// </summary>
    // Modelled in tests/models: embedded, hosted, native.
    [MethodImpl(Jit.Hot)]
    internal bool TrySleep()
    {
        using (_gate.Hold())
        {
            if (_shared.Length > 0 || _own.HasWork)
                return false;
            _state = Asleep;
        }
        Interlocked.MemoryBarrier();
        if (!_signals.HasWork)
            return true;
        WakeUp();
        return false;
    }

    /// <summary>
    /// A run ends with work left, and the caller is about to make the poller's descriptor say so.
    /// </summary>
    // Modelled in tests/models: embedded.
    internal void Notify()
    {
        using (_gate.Hold())
            _state = Notified;
    }

    /// <summary>
    /// The loop is awake. A caller that saw it asleep a moment ago may still write Notified behind this: that costs one
    /// needless wake-up and no more, because only in Asleep do callers skip the wake-up, and TrySleep decides that again.
    /// </summary>
    // Modelled in tests/models: native.
    internal void WakeUp() => Volatile.Write(ref _state, Awake);

    /// <summary>Makes a batch of all that is there, unless one was interrupted and waits to be finished.</summary>
    // Modelled in tests/models: close, hosted, native.
    [MethodImpl(Jit.Hot)]
    internal void TakeBatch()
    {
        if (_own.IsInterrupted)
            return;
        _own.TakeLocal();
        if (HasShared)
        {
            using (_gate.Hold())
            {
                _own.Take(ref _shared);
                _oldestTaken = _oldestPost;
                _oldestPost = 0;
            }
        }
        if (_signals.HasWork)
            TakeSignals();
    }

    /// <summary>When the oldest callback of the batch was added that came from another thread, as a timestamp of the Stopwatch; 0: there is none, or it was not noted.</summary>
    internal long TakeOldestPost()
    {
        long posted = _oldestTaken;
        _oldestTaken = 0;
        return posted;
    }

    /// <summary>Refuses callbacks from now on and takes out those that have not run.</summary>
    // Modelled in tests/models: close.
    internal List<WorkItem> Close()
    {
        using (_gate.Hold())
            Volatile.Write(ref _closed, true);
        Interlocked.MemoryBarrier(); // see TryAddFromSignal
        var spin = new SpinWait();
        while (Volatile.Read(ref _signalling) > 0)
            spin.SpinOnce();
        var dropped = new List<WorkItem>();
        do
        {
            TakeBatch();
            while (_own.Next() is { } first)
                dropped.Add(first is WorkInvoker ? _own.Rest() : first is IThreadPoolWorkItem work ? WorkItemCall.With(work, null) : new WorkItem((Action)first, null, null, null));
        }
        while (HasWork);
        return dropped;
    }

    /// <summary>Ends what waits for callbacks that will never run.</summary>
    /// <returns>Those to report.</returns>
    internal static List<WorkItem> Drop(List<WorkItem> dropped)
    {
        foreach (var item in dropped)
            item.Invoker?.Drop(item.Callback, item.State);
        dropped.RemoveAll(static item => WorkItemCall.IsCancelled(item) || (item.Invoker is { } invoker && !invoker.IsMissed(item.State)));
        return dropped;
    }

    /// <summary>The first of the callbacks that wait that answers to a question. The loop's thread, or the owner of a hosted loop.</summary>
    /// <param name="find">The question.</param>
    /// <param name="most">How many to ask, at most, of those that came in each way.</param>
    internal string? Find(Func<WorkItem, string?> find, int most)
    {
        if (_own.Find(find, most) is { } own)
            return own;
        var shared = new List<WorkItem>(most);
        using (_gate.Hold())
            _shared.CopyTo(shared, most);
        return shared.Select(find).FirstOrDefault(static found => found is not null); // the answers take long
    }

    private void TakeSignals()
    {
        // Bounded: a storm of signals must not keep the turn from going on.
        for (int left = SignalQueue.PoolSize; left > 0 && _signals.TryTake(out var item); left--)
            _own.AddToBatch(item);
    }
}
