using System.Collections.Concurrent;
using IOLoops.Hosting;

namespace IOLoops.Tests.Hosting;

/// <summary>
/// The least that a host can be: a thread with a queue. It notes whatever a loop must not do: have more than one turn
/// posted, let an exception escape. And what it itself would do wrong: run a turn on another thread, or beside another.
/// </summary>
/// <remarks>Questions whether it still takes anything are no turns: a loop asks again when a question stays unanswered.</remarks>
public class StrictHost : IPumpableHost, IDisposable
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

    /// <param name="isPumpable">False: the host has a thread of its own. True: the thread that pumps it is its thread.</param>
    public StrictHost(bool isPumpable)
    {
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

    public bool IsOnHostThread => Thread.CurrentThread == (_isPumpable ? Volatile.Read(ref _pumping) : _thread);

    public virtual void Post(Action turn)
    {
        if (TurnLink.IsProbe(turn))
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

    public bool CanPump => _isPumpable && (_depth == 0 || IsOnHostThread);

    public void Pump(Task until)
    {
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
    }

    /// <summary>Runs something as the host's own work.</summary>
    public void PostOwn(Action work) => _queue.Add(work);

    /// <summary>Drops what is queued, refuses more, and lets the thread end when what it runs has returned.</summary>
    public void End() => _queue.End();

    /// <summary>Ends the host and drops what is queued.</summary>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
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

    /// <summary>One delegate that the loop posts again and again.</summary>
    private sealed class Posting
    {
        private readonly StrictHost _host;
        private readonly Action _turn;
        private int _waiting;

        internal Posting(StrictHost host, Action turn)
        {
            _host = host;
            _turn = turn;
            Run = RunNow;
        }

        internal Action Run { get; }

        /// <returns>Whether it waits already.</returns>
        internal bool Enter()
        {
            bool isSecond = Interlocked.Increment(ref _waiting) > 1;
            int waiting = Interlocked.Increment(ref _host._waiting);
            int most;
            while ((most = _host.MostWaiting) < waiting)
                Interlocked.CompareExchange(ref _host._mostWaiting, waiting, most);
            return isSecond;
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
    }
}
