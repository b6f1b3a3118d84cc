using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace IOLoops.Extensions.Hosting.Tests;

/// <summary>Notes which of two loops run at the earliest and the latest moment of its own life.</summary>
internal sealed class ObservingService(IServiceProvider services, Action<string> note, string name) : IHostedLifecycleService
{
    public Task StartingAsync(CancellationToken cancellationToken) => Note("starting");

    public Task StoppedAsync(CancellationToken cancellationToken) => Note("stopped");

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private Task Note(string when)
    {
        string[] keys = ["first", "second"];
        string running = string.Join(' ', keys.Where(key => services.GetRequiredKeyedService<IOLoop>(key).IsRunning));
        note($"{name} {when}: {running} runs");
        return Task.CompletedTask;
    }
}
