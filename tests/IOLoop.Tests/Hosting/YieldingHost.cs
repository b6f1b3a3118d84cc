namespace IOLoops.Tests.Hosting;

/// <summary>A host with one thread that says whether other work waits, and counts what it is asked.</summary>
internal sealed class YieldingHost : IYieldingHost, IHostThread, IDisposable
{
    private readonly WorkQueue _queue = new();
    private readonly Thread _thread;

    internal YieldingHost()
    {
        Behind = _queue.Add;
        _thread = new Thread(Serve) { IsBackground = true, Name = "Yielding host" };
        _thread.UnsafeStart();
    }

    /// <summary>Answers <see cref="HasOtherWork"/>. The host's thread.</summary>
    internal Func<bool> Ask { get; set; } = static () => true;

    /// <summary>What <see cref="PostBehind"/> does. The host's thread.</summary>
    internal Action<Action> Behind { get; set; }

    internal int Questions { get; private set; }

    internal int Posts => Volatile.Read(ref _posts);

    private int _posts;

    public bool IsOnHostThread => Thread.CurrentThread == _thread;

    public bool HasOtherWork
    {
        get
        {
            Questions++;
            return Ask();
        }
    }

    public void Post(Action turn)
    {
        Interlocked.Increment(ref _posts);
        _queue.Add(turn);
    }

    public void PostBehind(Action turn) => Behind(turn);

    /// <summary>Runs something on the host's thread. Any thread.</summary>
    internal void Queue(Action work) => _queue.Add(work);

    public void Dispose()
    {
        _queue.End();
        _thread.Join();
    }

    private void Serve()
    {
        while (_queue.Take() is { } work)
            work();
    }
}
