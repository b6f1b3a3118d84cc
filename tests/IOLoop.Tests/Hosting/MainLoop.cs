using IOLoops.Conformance;

namespace IOLoops.Tests.Hosting;

/// <summary>A thread with a main loop that sleeps until it is woken, and runs what is posted once per iteration.</summary>
internal sealed class MainLoop : IDisposable
{
    private readonly SemaphoreSlim _woken = new(0);
    private readonly TaskCompletionSource<PumpedSynchronizationContext> _context = new();
    private readonly Thread _thread;
    private volatile bool _isOver;

    internal MainLoop()
    {
        _thread = new Thread(Serve) { IsBackground = true, Name = "Main loop" };
        _thread.UnsafeStart();
        Bounded.Await(_context.Task, "the main loop");
    }

    internal PumpedSynchronizationContext Context => _context.Task.Result;

    internal int Iterations => Volatile.Read(ref _iterations);

    private int _iterations;

    /// <summary>How long an iteration runs what is posted. The main loop's thread reads it.</summary>
    internal TimeSpan Limit { get; init; } = TimeSpan.FromMilliseconds(10);

    public void Dispose()
    {
        _isOver = true;
        _woken.Release();
        _thread.Join();
        _woken.Dispose();
    }

    private void Serve()
    {
        var context = new PumpedSynchronizationContext(() => _woken.Release());
        _context.SetResult(context);
        while (!_isOver)
        {
            _woken.Wait();
            Interlocked.Increment(ref _iterations);
            context.RunPosted(Limit);
        }
    }
}
