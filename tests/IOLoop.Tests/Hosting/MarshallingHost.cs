using System.Diagnostics;

namespace IOLoops.Tests.Hosting;

/// <summary>A host whose members, but for Post, wait for its own thread, as what marshals to a UI thread does; and that can be gone.</summary>
internal sealed class MarshallingHost(StrictHost host, Action<string> waitForHost) : IHostClock, IHostThread, IHostLifetime
{
    private volatile bool _isGone;

    public bool IsOnHostThread => host.IsOnHostThread;

    public LoopTime Now => new(Stopwatch.GetElapsedTime(0).Ticks);

    public DateTimeOffset UtcNow => DateTimeOffset.UtcNow;

    internal void Go() => _isGone = true;

    public void Post(Action turn)
    {
        ObjectDisposedException.ThrowIf(_isGone, this);
        host.Post(turn);
    }

    public IDisposable PostAfter(TimeSpan delay, Action turn) => new MarshallingTimer(waitForHost);

    public void OnRunBeginning()
    {
    }

    public void OnRunEnded() => waitForHost("OnRunEnded");

    private sealed class MarshallingTimer(Action<string> waitForHost) : IDisposable
    {
        public void Dispose() => waitForHost("the timer's disposal");
    }
}
