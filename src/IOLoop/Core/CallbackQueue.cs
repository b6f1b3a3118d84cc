namespace IOLoops.Core;

/// <summary>
/// The callbacks of a loop: added from any thread, taken in batches by the loop. Knows whether the loop sleeps, so that
/// one wake serves any number of callbacks.
/// </summary>
/// <remarks>
/// <para>
/// Why no wake-up is lost. A callback is appended, and the sleep state read, under one lock; the loop looks at the list
/// and goes to sleep under the same lock. Whichever comes first, the other sees it: either the loop finds the callback
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
    private const int InitialCapacity = 64;
    private const int TrimAbove = 16 * 1024;
    private const int TrimAfter = 64;

    private const int Awake = 0;    // a turn runs and will look at the lists before it sleeps
    private const int Asleep = 1;   // nothing will happen until somebody wakes the loop
    private const int Notified = 2; // somebody has

    private readonly Lock _gate = new();
    private readonly SignalQueue _signals = new();
    private WorkItem[] _shared = new WorkItem[InitialCapacity]; // guarded by _gate
    private int _sharedCount;                                   // written under _gate; read anywhere
    private bool _closed;                                       // written under _gate; read anywhere
    private int _signalling;                                    // calls of TryAddFromSignal under way; interlocked
    private int _state = Asleep;                                // see TrySleep and Wake for who may change it

    // The loop's thread alone:
    private WorkItem[] _local = new WorkItem[InitialCapacity];
    private int _localCount;
    private WorkItem[] _batch = new WorkItem[InitialCapacity];
    private int _batchIndex;
    private int _batchCount;
    private int _quietBatches;

    /// <summary>Whether anything waits to be taken or to be run.</summary>
    internal bool HasWork => _localCount > 0 || _batchIndex < _batchCount || Volatile.Read(ref _sharedCount) > 0 || _signals.HasWork;

    /// <summary>How many wait. Approximate while other threads add.</summary>
    internal int Count => _localCount + (_batchCount - _batchIndex) + Volatile.Read(ref _sharedCount);

    /// <summary>Appends from any thread.</summary>
    /// <returns>False when the queue is closed.</returns>
    internal bool TryAdd(in WorkItem item, out bool wake)
    {
        lock (_gate)
        {
            wake = false;
            if (_closed)
                return false;
            if (_sharedCount == _shared.Length)
                Array.Resize(ref _shared, _sharedCount * 2);
            _shared[_sharedCount] = item;
            Volatile.Write(ref _sharedCount, _sharedCount + 1);
            if (_state == Asleep)
            {
                _state = Notified;
                wake = true;
            }
            return true;
        }
    }

    /// <summary>Appends from the loop's thread, inside a turn: the loop is awake.</summary>
    internal bool TryAddLocal(in WorkItem item)
    {
        if (Volatile.Read(ref _sharedCount) > 0 || Volatile.Read(ref _closed))
            return TryAdd(item, out _);
        if (_localCount == _local.Length)
            Array.Resize(ref _local, _localCount * 2);
        _local[_localCount++] = item;
        return true;
    }

    /// <summary>Appends from any thread without a lock.</summary>
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
    internal bool NeedsWake() =>
        Volatile.Read(ref _state) == Asleep && Interlocked.CompareExchange(ref _state, Notified, Asleep) == Asleep;

    /// <summary>
    /// Goes to sleep, unless there is work. Ends with a full fence, so that a caller who then looks at a flag that was set
    /// without the lock either sees it, or whoever set it sees the loop asleep.
    /// </summary>
    internal bool TrySleep()
    {
        lock (_gate)
        {
            if (_sharedCount > 0 || _localCount > 0 || _batchIndex < _batchCount)
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
    /// A run ends with work left: nobody is about to look at it, so the next caller must wake the loop.
    /// </summary>
    /// <returns>Whether the caller must wake the loop now, for what is left.</returns>
    internal bool TryNotify()
    {
        lock (_gate)
        {
            if (_state == Notified)
                return false;
            _state = Notified;
            return true;
        }
    }

    /// <summary>
    /// The loop is awake. A caller that saw it asleep a moment ago may still write Notified behind this: that costs one
    /// needless wake-up and no more, for only Asleep makes callers silent about work, and TrySleep decides that anew.
    /// </summary>
    internal void WakeUp() => Volatile.Write(ref _state, Awake);

    /// <summary>Makes a batch of all that is there, unless one was interrupted and waits to be finished.</summary>
    internal void TakeBatch()
    {
        if (_batchIndex < _batchCount)
            return;
        if (_localCount > 0)
        {
            (_batch, _local) = (_local, _batch);
            (_batchCount, _localCount) = (_localCount, 0);
        }
        if (Volatile.Read(ref _sharedCount) > 0)
            TakeShared();
        if (_signals.HasWork)
            TakeSignals();
    }

    /// <summary>The next callback of the batch. A nested turn continues the same batch, so each runs once, in order.</summary>
    internal bool TryNext(out WorkItem item)
    {
        if (_batchIndex < _batchCount)
        {
            item = _batch[_batchIndex++];
            return true;
        }
        RetireBatch(); // now and not when the next is taken: what has run must be collectable while the loop sleeps
        item = default;
        return false;
    }

    /// <summary>Refuses callbacks from now on and takes out those that have not run.</summary>
    internal List<WorkItem> Close()
    {
        lock (_gate)
            Volatile.Write(ref _closed, true);
        Interlocked.MemoryBarrier(); // see TryAddFromSignal
        var spin = new SpinWait();
        while (Volatile.Read(ref _signalling) > 0)
            spin.SpinOnce();
        var dropped = new List<WorkItem>();
        do
        {
            TakeBatch();
            while (TryNext(out var item))
                dropped.Add(item);
        }
        while (HasWork);
        _shared = _local = _batch = [];
        return dropped;
    }

    private void TakeShared()
    {
        lock (_gate)
        {
            if (_batchCount == 0)
            {
                (_batch, _shared) = (_shared, _batch);
                _batchCount = _sharedCount;
            }
            else
            {
                EnsureRoom(_sharedCount);
                Array.Copy(_shared, 0, _batch, _batchCount, _sharedCount);
                Array.Clear(_shared, 0, _sharedCount);
                _batchCount += _sharedCount;
            }
            _sharedCount = 0;
        }
    }

    private void TakeSignals()
    {
        // Bounded by what was there: a storm of signals must not keep the turn from going on.
        for (int left = SignalQueue.PoolSize; left > 0 && _signals.TryTake(out var item); left--)
        {
            EnsureRoom(1);
            _batch[_batchCount++] = item;
        }
    }

    private void EnsureRoom(int more)
    {
        if (_batchCount + more > _batch.Length)
            Array.Resize(ref _batch, Math.Max(_batchCount + more, _batch.Length * 2));
    }

    /// <summary>Lets go of what ran, and, when batches have been small for long, of the room that a storm has left behind.</summary>
    private void RetireBatch()
    {
        if (_batchCount == 0)
            return;
        Array.Clear(_batch, 0, _batchCount);
        bool oversized = _batch.Length > TrimAbove && _batchCount < _batch.Length / 8;
        _quietBatches = oversized ? _quietBatches + 1 : 0;
        if (_quietBatches == TrimAfter)
        {
            _batch = new WorkItem[_batch.Length / 2];
            _quietBatches = 0;
        }
        _batchIndex = _batchCount = 0;
    }
}
