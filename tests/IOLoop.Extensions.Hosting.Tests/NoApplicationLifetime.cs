using Microsoft.Extensions.Hosting;

namespace IOLoops.Extensions.Hosting.Tests;

/// <summary>Of an application that never starts or stops.</summary>
internal sealed class NoApplicationLifetime : IHostApplicationLifetime
{
    public CancellationToken ApplicationStarted => CancellationToken.None;

    public CancellationToken ApplicationStopping => CancellationToken.None;

    public CancellationToken ApplicationStopped => CancellationToken.None;

    public void StopApplication() => throw new InvalidOperationException("nothing should stop this application");
}
