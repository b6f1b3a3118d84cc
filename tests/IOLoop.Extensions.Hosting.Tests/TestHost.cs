using IOLoops.Conformance;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Shouldly;

namespace IOLoops.Extensions.Hosting.Tests;

/// <summary>An application with the services of a test, which keeps what it logs.</summary>
internal static class TestHost
{
    /// <summary>Of anything: generous, for a busy machine.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    internal static IHost Build(Action<IServiceCollection> configure) => Build(configure, new CollectingLoggerFactory());

    internal static IHost Build(Action<IServiceCollection> configure, CollectingLoggerFactory logs)
    {
        var builder = new HostApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Services.AddSingleton<ILoggerFactory>(logs);
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = Timeout.InfiniteTimeSpan); // the loop's own limit is enough
        configure(builder.Services);
        return builder.Build();
    }

    internal static Task Soon(this Task task) => task.WaitAsync(Patience);

    internal static Task<T> Soon<T>(this Task<T> task) => task.WaitAsync(Patience);

    internal static IOLoop Loop(this IHost host, object? key = null) => host.Services.GetRequiredKeyedService<IOLoop>(key);

    /// <summary>Ends when the application is asked to stop.</summary>
    internal static Task Stopping(this IHost host)
    {
        var stopping = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping.Register(stopping.SetResult);
        return stopping.Task;
    }

    /// <summary>Runs something on the loop, and returns when it has run.</summary>
    internal static Task RunsACallback(this IOLoop loop) => loop.InvokeAsync(() => loop.IsOnLoopThread.ShouldBeTrue()).Soon();
}
