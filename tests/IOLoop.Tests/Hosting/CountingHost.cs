using System.Diagnostics;

namespace IOLoops.Tests.Hosting;

/// <summary>Counts what a loop asks of its host.</summary>
public sealed class CountingHost(StrictHost host) : IHostClock, IPumpableHost
{
    private int _posts;
    private int _timers;
    private int _liveTimers;
    private int _mostLiveTimers;

    public StrictHost Host => host;

    public int Posts => Volatile.Read(ref _posts);

    /// <summary>How many timers were armed.</summary>
    public int Timers => Volatile.Read(ref _timers);

    /// <summary>How many of them are neither cancelled nor due.</summary>
    public int LiveTimers => Volatile.Read(ref _liveTimers);

    /// <summary>How many there ever were at a time.</summary>
    public int MostLiveTimers => Volatile.Read(ref _mostLiveTimers);

    public bool IsOnHostThread => host.IsOnHostThread;

    public bool CanPump => host.CanPump;

    public void Pump(Task until) => host.Pump(until);

    public LoopTime Now => new(Stopwatch.GetElapsedTime(0).Ticks);

    public DateTimeOffset UtcNow => DateTimeOffset.UtcNow;

    public void Post(Action turn)
    {
        Interlocked.Increment(ref _posts);
        host.Post(turn);
    }

    public IDisposable PostAfter(TimeSpan delay, Action turn)
    {
        Interlocked.Increment(ref _timers);
        int live = Interlocked.Increment(ref _liveTimers);
        if (live > _mostLiveTimers) // armed by one thread at a time
            Volatile.Write(ref _mostLiveTimers, live);
        return new CountedTimer(this, delay, turn);
    }

    private sealed class CountedTimer : IDisposable
    {
        private readonly CountingHost _owner;
        private readonly Timer _timer;
        private int _over;

        internal CountedTimer(CountingHost owner, TimeSpan delay, Action turn)
        {
            _owner = owner;
            _timer = new Timer(_ =>
            {
                End();
                owner.Post(turn);
            });
            _timer.Change(delay + TimeSpan.FromMilliseconds(1), Timeout.InfiniteTimeSpan);
        }

        public void Dispose()
        {
            _timer.Dispose();
            End();
        }

        private void End()
        {
            if (Interlocked.Exchange(ref _over, 1) == 0)
                Interlocked.Decrement(ref _owner._liveTimers);
        }
    }
}
