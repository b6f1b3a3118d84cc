using System.Diagnostics;

namespace IOLoops.Tests.Hosting;

/// <summary>A host that has no timers to give.</summary>
internal sealed class NoTimerHost(StrictHost host) : IHostClock, IHostThread
{
    public bool IsOnHostThread => host.IsOnHostThread;

    public LoopTime Now => new(Stopwatch.GetElapsedTime(0).Ticks);

    public DateTimeOffset UtcNow => DateTimeOffset.UtcNow;

    public void Post(Action turn) => host.Post(turn);

    public IDisposable PostAfter(TimeSpan delay, Action turn) => throw new NotSupportedException("no timers");
}
