namespace IOLoops.Tests.Hosting;

/// <summary>A host that has no timers to give.</summary>
internal sealed class NoTimerHost(StrictHost host) : ILoopHost
{
    public bool IsOnHostThread => host.IsOnHostThread;

    public void Post(Action turn) => host.Post(turn);

    public IDisposable PostAfter(TimeSpan delay, Action turn) => throw new NotSupportedException("no timers");
}
