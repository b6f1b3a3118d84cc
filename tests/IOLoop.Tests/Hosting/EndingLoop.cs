namespace IOLoops.Tests.Hosting;

/// <summary>A loop that does something at the very moment when its run is seen to have ended.</summary>
internal sealed class EndingLoop(ILoopHost host, HostedIOLoopOptions options) : HostedIOLoop(host, options)
{
    internal Action? WhenEnded { get; set; }

    internal override void SetRunning(bool running)
    {
        base.SetRunning(running);
        if (!running)
            WhenEnded?.Invoke();
    }

    internal void LoseHost(Exception cause) => ReportHostLost(cause);
}
