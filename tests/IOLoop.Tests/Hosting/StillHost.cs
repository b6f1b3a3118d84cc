namespace IOLoops.Tests.Hosting;

/// <summary>A manual host whose time passes when a test says so, and whose timers never come.</summary>
internal class StillHost : ManualHost, IHostClock
{
    public LoopTime Now { get; private set; }

    public DateTimeOffset UtcNow => DateTimeOffset.UnixEpoch;

    internal void Pass(TimeSpan time) => Now += time;

    public IDisposable PostAfter(TimeSpan delay, Action turn) => new Timer();

    private sealed class Timer : IDisposable
    {
        public void Dispose()
        {
        }
    }
}
