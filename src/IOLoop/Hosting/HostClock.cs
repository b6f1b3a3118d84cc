using IOLoops.Timeouts;


namespace IOLoops.Hosting;

/// <summary>The host's clock.</summary>
internal sealed class HostClock(IHostClock host) : LoopClock
{
    internal override long Now => host.Now.Ticks;

    internal override DateTimeOffset UtcNow => host.UtcNow;
}
