using IOLoops;
using IOLoops.Extensions.Hosting;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds loops that start and stop with the application.</summary>
public static class IOLoopServiceCollectionExtensions
{
    /// <summary>
    /// Adds an <see cref="IOLoop"/> as a singleton, with a thread of its own. The host starts it before it starts hosted services,
    /// and stops it after they have stopped.
    /// </summary>
    /// <remarks>
    /// The loop is constructed when it is first injected, or else when the host starts. The container disposes of it. Several
    /// loops start in the order in which they were added, one after another, and stop in the reverse order, unless the host's
    /// options say that services start or stop concurrently. Calling this method
    /// again adds no second loop: <paramref name="configure"/> then configures the same one. For several loops use
    /// <see cref="AddKeyedIOLoop"/>.
    /// </remarks>
    /// <param name="services">Where to add it.</param>
    /// <param name="configure">Sets options of the loop; <see langword="null"/> for the defaults.</param>
    /// <returns><paramref name="services"/>.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="services"/> is null.</exception>
    /// <example>
    /// <code>
    /// services.AddIOLoop(options => options.StopApplicationOnCallbackFailure = true);   // injected as IOLoop
    /// </code>
    /// </example>
    public static IServiceCollection AddIOLoop(this IServiceCollection services, Action<IOLoopServiceOptions>? configure = null) =>
        Add(services, null, configure);

    /// <summary>
    /// Adds an <see cref="IOLoop"/> as a keyed singleton, with a thread of its own, to be injected by
    /// <see cref="FromKeyedServicesAttribute"/>. Otherwise as <see cref="AddIOLoop"/>.
    /// </summary>
    /// <param name="services">Where to add it.</param>
    /// <param name="serviceKey">The key. Its text is the name of the loop and of its <see cref="IOLoopServiceOptions"/>, so keys need different texts.</param>
    /// <param name="configure">Sets options of the loop; <see langword="null"/> for the defaults.</param>
    /// <returns><paramref name="services"/>.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="services"/> or <paramref name="serviceKey"/> is null.</exception>
    /// <exception cref="ArgumentException"><paramref name="serviceKey"/> is <see cref="KeyedService.AnyKey"/>.</exception>
    /// <example>
    /// <code>
    /// services.AddKeyedIOLoop("orders");                   // injected as [FromKeyedServices("orders")] IOLoop
    /// services.AddKeyedIOLoop("prices");                   // a loop of its own, on a thread of its own
    /// </code>
    /// </example>
    public static IServiceCollection AddKeyedIOLoop(this IServiceCollection services, object serviceKey, Action<IOLoopServiceOptions>? configure = null)
    {
        LoopKey.Check(serviceKey);
        return Add(services, serviceKey, configure);
    }

    private static IServiceCollection Add(IServiceCollection services, object? key, Action<IOLoopServiceOptions>? configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        string name = LoopKey.OptionsName(key);
        if (configure is not null)
            services.Configure(name, configure);
        if (services.Any(service => service.ServiceType == typeof(LoopRun) && Equals(service.ServiceKey, key)))
            return services;
        LoopRegistration.AddOptions<IOLoopServiceOptions>(services, name, key is null ? nameof(IOLoop) : name);
        services.AddKeyedSingleton<IOLoop>(key, (provider, _) => new ApplicationIOLoop(OptionsOf(provider, key)));
        services.AddKeyedSingleton(key, (provider, _) => CreateRun(provider, key));
        services.AddSingleton<IHostedService>(provider => new LoopHostedService(provider, key));
        return services;
    }

    private static LoopRun CreateRun(IServiceProvider provider, object? key)
    {
        if (provider.GetRequiredKeyedService<IOLoop>(key) is not ApplicationIOLoop loop)
        {
            throw new InvalidOperationException(
                "Another IOLoop was registered after AddIOLoop, so the host cannot run it. Remove that registration, or add the loop with a key of its own.");
        }
        return LoopRegistration.CreateRun(provider, new SingleLoopRunner(loop), OptionsOf(provider, key));
    }

    private static IOLoopServiceOptions OptionsOf(IServiceProvider provider, object? key) =>
        provider.GetRequiredService<IOptionsMonitor<IOLoopServiceOptions>>().Get(LoopKey.OptionsName(key));
}
