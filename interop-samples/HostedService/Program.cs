using IOLoops;
using IOLoops.Sources;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

var builder = Host.CreateApplicationBuilder(args);
builder.Services.AddIOLoop(options => options.StopApplicationOnCallbackFailure = true);
builder.Services.AddHealthChecks().AddIOLoop(configure: options => options.MaxQueuedCallbacks = 10_000);
builder.Services.AddHostedService<CommandService>();
await builder.Build().RunAsync();

internal sealed class CommandService(IOLoop loop, IHostApplicationLifetime application) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => loop.InvokeAsync(async () =>
    {
        await using var child = ChildProcess.Start(loop, new ChildProcessOptions("ls", "/") { Terminal = (80, 24) });
        await foreach (string line in child.Terminal.Stream.ReadLinesAsync().WithCancellation(stoppingToken))
            Console.WriteLine(line);            // on the loop's thread, as soon as the command has written it
        Console.WriteLine(await child.Exited);
        application.StopApplication();
    }, CancellationToken.None);                 // stoppingToken ends the reading; the task ends when the child is gone
}
