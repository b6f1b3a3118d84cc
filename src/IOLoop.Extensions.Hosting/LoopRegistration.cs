using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace IOLoops.Extensions.Hosting;

/// <summary>What registering a loop and registering a group have in common.</summary>
internal static class LoopRegistration
{
    internal static OptionsBuilder<TOptions> AddOptions<TOptions>(IServiceCollection services, string name, string loopName)
        where TOptions : IOLoopServiceOptions => services.AddOptions<TOptions>(name)
        .PostConfigure<IServiceProvider>((options, provider) =>
        {
            options.Name ??= loopName;
            options.LoggerFactory ??= provider.GetService<ILoggerFactory>();
        })
        .Validate(static options => options.StopTimeout == Timeout.InfiniteTimeSpan
            || (options.StopTimeout > TimeSpan.Zero && options.StopTimeout.TotalMilliseconds <= int.MaxValue),
            "StopTimeout must be positive and less than 24 days, or Timeout.InfiniteTimeSpan.");

    internal static LoopRun CreateRun(IServiceProvider provider, ILoopRunner runner, IOLoopServiceOptions options)
    {
        var logger = provider.GetService<ILoggerFactory>()?.CreateLogger(HostingLog.Category) ?? NullLogger.Instance;
        var lifetime = provider.GetRequiredService<IHostApplicationLifetime>();
        return new LoopRun(runner, options, lifetime, logger, provider.GetService<TimeProvider>() ?? TimeProvider.System);
    }
}
