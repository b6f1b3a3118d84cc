using IOLoops;
using IOLoops.Extensions.Hosting;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds groups of loops that start and stop with the application.</summary>
public static class IOLoopGroupServiceCollectionExtensions
{
    /// <summary>
    /// Adds a <see cref="LoopGroup"/> as a singleton: loops with a thread each. The host starts all of them before it starts hosted
    /// services, and stops them together after these have stopped.
    /// </summary>
    /// <remarks>
    /// The group is constructed when it is first injected, or else when the host starts. The container disposes of it: do not start, stop
    /// or dispose of it yourself. Groups and loops start in the order in which they were added, and stop in the reverse order, unless the
    /// host's options say that services start or stop concurrently. Calling this method again adds no second group:
    /// <paramref name="configure"/> then configures the same one. The loops are not registered as <see cref="IOLoop"/>: inject the group.
    /// </remarks>
    /// <param name="services">Where to add it.</param>
    /// <param name="configure">Sets options of the group; <see langword="null"/> for the defaults: a loop for each processor.</param>
    /// <returns><paramref name="services"/>.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="services"/> is null.</exception>
    public static IServiceCollection AddIOLoopGroup(this IServiceCollection services, Action<IOLoopGroupServiceOptions>? configure = null) =>
        Add(services, null, configure);

    /// <summary>
    /// Adds a <see cref="LoopGroup"/> as a keyed singleton, to be injected by <see cref="FromKeyedServicesAttribute"/>. Otherwise as
    /// <see cref="AddIOLoopGroup"/>.
    /// </summary>
    /// <param name="services">Where to add it.</param>
    /// <param name="serviceKey">The key. Its text is the name of the group and of its <see cref="IOLoopGroupServiceOptions"/>, so keys need different texts.</param>
    /// <param name="configure">Sets options of the group; <see langword="null"/> for the defaults.</param>
    /// <returns><paramref name="services"/>.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="services"/> or <paramref name="serviceKey"/> is null.</exception>
    /// <exception cref="ArgumentException"><paramref name="serviceKey"/> is <see cref="KeyedService.AnyKey"/>.</exception>
    public static IServiceCollection AddKeyedIOLoopGroup(this IServiceCollection services, object serviceKey, Action<IOLoopGroupServiceOptions>? configure = null)
    {
        LoopKey.Check(serviceKey, "group");
        return Add(services, serviceKey, configure);
    }

    private static IServiceCollection Add(IServiceCollection services, object? key, Action<IOLoopGroupServiceOptions>? configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        string name = LoopKey.OptionsName(key);
        if (configure is not null)
            services.Configure(name, configure);
        var runKey = new GroupKey(key);
        if (services.Any(service => service.ServiceType == typeof(LoopRun) && Equals(service.ServiceKey, runKey)))
            return services;
        LoopRegistration.AddOptions<IOLoopGroupServiceOptions>(services, name, key is null ? nameof(LoopGroup) : name)
            .Validate(static options => options.Count >= 1, "Count must be at least 1.");
        services.AddKeyedSingleton(key, (provider, _) => CreateGroup(OptionsOf(provider, key)));
        services.AddKeyedSingleton(runKey, (provider, _) => LoopRegistration.CreateRun(provider, FindRunner(provider, key), OptionsOf(provider, key)));
        services.AddSingleton<IHostedService>(provider => new LoopHostedService(provider, runKey));
        return services;
    }

    private static LoopGroup CreateGroup(IOLoopGroupServiceOptions options)
    {
        var group = new LoopGroupOptions
        {
            Name = options.Name,
            LoggerFactory = options.LoggerFactory,
            MaxEventsPerTurn = options.MaxEventsPerTurn,
            Poller = options.Poller,
            Waker = options.Waker,
            TimeProvider = options.TimeProvider,
            Count = options.Count,
            Distribution = options.Distribution,
        };
        return new LoopGroup(group, static options => new ApplicationIOLoop(options));
    }

    private static GroupRunner FindRunner(IServiceProvider provider, object? key)
    {
        var group = provider.GetRequiredKeyedService<LoopGroup>(key);
        return group.Loops.All(static loop => loop is ApplicationIOLoop) ? new GroupRunner(group) : throw new InvalidOperationException(
            "Another LoopGroup was registered after AddIOLoopGroup, so the host cannot run it. Remove that registration, or add the group with a key of its own.");
    }

    private static IOLoopGroupServiceOptions OptionsOf(IServiceProvider provider, object? key) =>
        provider.GetRequiredService<IOptionsMonitor<IOLoopGroupServiceOptions>>().Get(LoopKey.OptionsName(key));
}
