namespace IOLoops.Extensions.Hosting.Tests;

/// <summary>An application that no signal stops, so that several can run in one process.</summary>
internal sealed class NoLifetime : Microsoft.Extensions.Hosting.IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
