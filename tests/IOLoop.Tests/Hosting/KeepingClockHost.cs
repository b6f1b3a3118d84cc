using System.Diagnostics;

namespace IOLoops.Tests.Hosting;

/// <summary>A host that keeps what it was given for good, cancelled or not, as an EventLoopScheduler does until it would have been due.</summary>
internal sealed class KeepingClockHost(StrictHost host) : IHostClock, IHostThread
{
    private readonly List<Action> _kept = [];

    internal StrictHost Host => host;

    internal int Kept => _kept.Count;

    public bool IsOnHostThread => host.IsOnHostThread;

    public LoopTime Now => new(Stopwatch.GetElapsedTime(0).Ticks);

    public DateTimeOffset UtcNow => DateTimeOffset.UtcNow;

    public void Post(Action turn)
    {
        lock (_kept)
            _kept.Add(turn);
        host.PostOwn(turn);
    }

    public IDisposable PostAfter(TimeSpan delay, Action turn)
    {
        lock (_kept)
            _kept.Add(turn);
        return new MemoryStream(); // cancels nothing
    }
}
