using Microsoft.Extensions.Hosting;

namespace IOLoops.Extensions.Hosting.Tests;

/// <summary>Uses the injected loop while it starts and while it stops.</summary>
internal sealed class UsingService(IOLoop loop) : IHostedService
{
    internal int Calls { get; private set; }

    public Task StartAsync(CancellationToken cancellationToken) => loop.InvokeAsync(() => Calls++);

    public Task StopAsync(CancellationToken cancellationToken) => loop.InvokeAsync(() => Calls++);
}
