using Microsoft.Extensions.Hosting;

namespace IOLoops.Extensions.Hosting.Tests;

/// <summary>Uses the loop when it is disposed of, which is too late.</summary>
internal sealed class LateService(IOLoop loop) : IHostedService, IAsyncDisposable
{
    internal static Exception? Failure { get; private set; }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        try
        {
            await loop.InvokeAsync(static () => { });
        }
        catch (ObjectDisposedException closed)
        {
            Failure = closed;
        }
    }
}
