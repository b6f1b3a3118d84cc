using System.Collections.Concurrent;
using IOLoops.Hosting;

namespace IOLoops.Tests.Hosting;

/// <summary>
/// The least that a host can be: a thread with a queue. It notes whatever a loop must not do: have more than one turn
/// posted, have more than one timer armed, let an exception escape. And what it itself would do wrong: run a turn on another
/// thread, or beside another.
/// </summary>
/// <remarks>
/// Questions whether it still takes anything are no turns: a loop asks again when a question stays unanswered. And a timer
/// that was disposed of may have posted its call already, so that the call of the next one waits beside it.
/// </remarks>
public sealed class StrictHost : ILoopHost, IDisposable
{
    private readonly WorkQueue _queue = new();
    private readonly ConcurrentDictionary<Action, Posting> _postings = [];
    private readonly Thread _thread;
    private readonly bool _isPumpable;
    private Thread? _pumping;
    private int _depth; // how many pumps are on the stack
    private int _running;
    private int _turns;
    private int _waiting;
    private int _mostWaiting;

    /// <param name="isPumpable">False: the host has a thread of its own. True: whoever pumps it is its thread.</param>
    /// <param name="mayNest">Whether it says that something inside a callback may pump it without asking the loop.</param>
    public StrictHost(bool isPumpable, bool mayNest = false)
    {
        MayNest = mayNest;
        _isPumpable = isPumpable;
        _thread = new Thread(Serve) { IsBackground = true, Name = "Strict host" };
        if (!isPumpable)
            _thread.UnsafeStart();
    }

    /// <summary>What was wrong.</summary>
    public ConcurrentQueue<string> Faults { get; } = [];

    /// <summary>How many turns have run.</summary>
    public int Turns => Volatile.Read(ref _turns);

    /// <summary>The most posts of loops that ever waited at the same time.</summary>
    public int MostWaiting => Volatile.Read(ref _mostWaiting);

    /// <summary>How many timers of loops have not been disposed of.</summary>
    public int ArmedTimers => _postings.Values.Sum(posting => posting.Armed);

    public bool MayNest { get; }

    public bool IsOnHostThread => Thread.CurrentThread == (_isPumpable ? Volatile.Read(ref _pumping) : _thread);

    public void Post(Action turn)
    {
        if (TurnDriver.IsProbe(turn))
        {
            PostProbe(turn);
            return;
        }
        var posting = PostingOf(turn);
        bool isSecond = posting.Enter();
        if (!_queue.TryAdd(posting.Run))
        {
            posting.Leave();
            ThrowUnless(false);
        }
        if (isSecond)
            Fault($"a second turn was posted: {turn.Method.Name}");
    }

    public IDisposable PostAfter(TimeSpan delay, Action turn) => PostingOf(turn).Arm(delay);

    public bool TryPump(Task until)
    {
        if (!_isPumpable || (_depth > 0 && !IsOnHostThread))
            return false;
        var outer = _pumping;
        Volatile.Write(ref _pumping, Thread.CurrentThread);
        _depth++;
        until.ContinueWith(_ => _queue.TryAdd(static () => { }), TaskScheduler.Default);
        try
        {
            while (!until.IsCompleted)
                (_queue.Take() ?? throw new ObjectDisposedException(nameof(StrictHost)))();
        }
        finally
        {
            _depth--;
            Volatile.Write(ref _pumping, outer);
        }
        return true;
    }

    /// <summary>Runs something as the host's own work.</summary>
    public void PostOwn(Action work) => _queue.Add(work);

    /// <summary>Drops what is queued, refuses more, and lets the thread end when what it runs has returned.</summary>
    public void End() => _queue.End();

    /// <summary>Ends the host and drops what is queued.</summary>
    public void Dispose()
    {
        End();
        if (!_isPumpable && Thread.CurrentThread != _thread)
            _thread.Join(TimeSpan.FromSeconds(10));
    }

    private void Serve()
    {
        while (_queue.Take() is { } work)
            work();
    }

    // A method of its own: a closure is allocated where its method begins, also for turns.
    private void PostProbe(Action probe) => ThrowUnless(_queue.TryAdd(() => Guarded(probe)));

    private Posting PostingOf(Action turn) => _postings.GetOrAdd(turn, static (turn, host) => new Posting(host, turn), this);

    private void ThrowUnless(bool isTaken) => ObjectDisposedException.ThrowIf(!isTaken, this);

    /// <summary>Runs what a loop has posted.</summary>
    private void Guarded(Action turn)
    {
        if (!IsOnHostThread)
            Fault("a turn ran on another thread");
        try
        {
            turn();
        }
        catch (Exception exception)
        {
            Fault($"a turn threw {exception}");
        }
    }

    private void Fault(string what) => Faults.Enqueue(what);

    /// <summary>One delegate that the loop posts again and again, itself or by timers.</summary>
    private sealed class Posting
    {
        private readonly StrictHost _host;
        private readonly Action _turn;
        private int _waiting;
        private int _armed;  // timers that have not been disposed of
        private int _timers; // that have been made and have not posted yet
        private bool _isTimed;

        internal Posting(StrictHost host, Action turn)
        {
            _host = host;
            _turn = turn;
            Run = RunNow;
        }

        internal Action Run { get; }

        internal int Armed => Volatile.Read(ref _armed);

        internal IDisposable Arm(TimeSpan delay)
        {
            Volatile.Write(ref _isTimed, true);
            Interlocked.Increment(ref _timers);
            if (Interlocked.Increment(ref _armed) > 1)
                _host.Fault("a second timer was armed");
            return new ArmedTimer(this, new HostTimer(_host, delay, _turn));
        }

        /// <returns>Whether it waits already, and no timer brings it.</returns>
        internal bool Enter()
        {
            bool isSecond = Interlocked.Increment(ref _waiting) > 1;
            int waiting = Interlocked.Increment(ref _host._waiting);
            int most;
            while ((most = _host.MostWaiting) < waiting)
                Interlocked.CompareExchange(ref _host._mostWaiting, waiting, most);
            return Volatile.Read(ref _isTimed) ? Interlocked.Decrement(ref _timers) < 0 : isSecond;
        }

        internal void Leave()
        {
            Interlocked.Decrement(ref _waiting);
            Interlocked.Decrement(ref _host._waiting);
        }

        private void RunNow()
        {
            Leave();
            if (Interlocked.Increment(ref _host._running) > Math.Max(1, _host._depth))
                _host.Fault("turns overlap");
            Interlocked.Increment(ref _host._turns);
            _host.Guarded(_turn);
            Interlocked.Decrement(ref _host._running);
        }

        private sealed class ArmedTimer(Posting posting, HostTimer timer) : IDisposable
        {
            private bool _isDisposed;

            public void Dispose()
            {
                timer.Dispose();
                if (!Interlocked.Exchange(ref _isDisposed, true))
                    Interlocked.Decrement(ref posting._armed);
            }
        }
    }
}
