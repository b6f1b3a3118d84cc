using IOLoops.Conformance;
using Microsoft.Extensions.Hosting;

namespace IOLoops.Extensions.Hosting.Tests;

/// <summary>Fails to start.</summary>
internal sealed class FailingService : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) => throw new TestException();

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
