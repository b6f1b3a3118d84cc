using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace IOLoops.Extensions.Hosting;

/// <summary>
/// Starts a loop before all hosted services start, and stops it after all have stopped. Constructs nothing before.
/// </summary>
internal sealed class LoopHostedService(IServiceProvider services, object? serviceKey) : IHostedLifecycleService
{
    private LoopRun? _run;

    public Task StartingAsync(CancellationToken cancellationToken)
    {
        _run = services.GetRequiredKeyedService<LoopRun>(serviceKey);
        return _run.StartAsync(cancellationToken);
    }

    public Task StoppedAsync(CancellationToken cancellationToken) => _run?.StopAsync(cancellationToken) ?? Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
