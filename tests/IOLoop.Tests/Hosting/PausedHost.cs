using System.Diagnostics;

namespace IOLoops.Tests.Hosting;

/// <summary>A host with one thread that measures how long after a turn has come it is given the next one from elsewhere.</summary>
internal sealed class PausedHost : ILoopHost, IDisposable
{
    private readonly WorkQueue _queue = new();
    private readonly List<TimeSpan> _pauses = []; // guarded by itself
    private readonly Thread _thread;
    private long _came; // the timestamp of the last turn; interlocked

    internal PausedHost()
    {
        _thread = new Thread(Serve) { IsBackground = true, Name = "Paused host" };
        _thread.UnsafeStart();
    }

    internal IReadOnlyList<TimeSpan> Pauses
    {
        get
        {
            lock (_pauses)
                return [.. _pauses];
        }
    }

    public void Post(Action turn)
    {
        long came = Interlocked.Read(ref _came);
        if (came != 0 && Thread.CurrentThread != _thread)
        {
            lock (_pauses)
                _pauses.Add(Stopwatch.GetElapsedTime(came));
        }
        _queue.Add(turn);
    }

    public void Dispose()
    {
        _queue.End();
        _thread.Join();
    }

    private void Serve()
    {
        while (_queue.Take() is { } work)
        {
            Interlocked.Exchange(ref _came, Stopwatch.GetTimestamp());
            work();
        }
    }
}
