using IOLoops.Extensions.Hosting;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds health checks of loops and groups that <see cref="IOLoopServiceCollectionExtensions"/> and <see cref="IOLoopGroupServiceCollectionExtensions"/> have added.</summary>
public static class IOLoopHealthChecksBuilderExtensions
{
    /// <summary>
    /// Adds a health check of the loop without a key. A loop that is stalled, has not started or no longer runs has the status
    /// <paramref name="failureStatus"/>. A loop with a backlog is <see cref="HealthStatus.Degraded"/>.
    /// </summary>
    /// <remarks>
    /// A check posts one callback to the loop and waits for it, without blocking a thread, for at most
    /// <see cref="IOLoopHealthCheckOptions.StallThreshold"/>. The result's data: <c>name</c>, the loop's; <c>queued</c>, how many
    /// callbacks waited; <c>latencySeconds</c>, how long the check's callback waited; for a stalled loop <c>waitedSeconds</c>, how
    /// long it has waited so far, and <c>state</c>, what <see cref="IOLoops.IOLoop.DumpState"/> writes. It waits by the
    /// application's <see cref="TimeProvider"/>, if one is registered. If the loop was not added, or a limit is out
    /// of its range, the result has the status <paramref name="failureStatus"/> and says so.
    /// </remarks>
    /// <param name="builder">Where to add it.</param>
    /// <param name="name">The name of the health check; <see langword="null"/> for <c>ioloop</c>.</param>
    /// <param name="configure">Sets limits; <see langword="null"/> for the defaults.</param>
    /// <param name="failureStatus">The status of a loop that does not work; <see langword="null"/> for <see cref="HealthStatus.Unhealthy"/>.</param>
    /// <param name="tags">Tags to filter health checks by.</param>
    /// <returns><paramref name="builder"/>.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="builder"/> is null.</exception>
    /// <example>
    /// <code>
    /// services.AddHealthChecks().AddIOLoop(configure: options => options.MaxQueuedCallbacks = 10_000);
    /// </code>
    /// </example>
    public static IHealthChecksBuilder AddIOLoop(
        this IHealthChecksBuilder builder,
        string? name = null,
        Action<IOLoopHealthCheckOptions>? configure = null,
        HealthStatus? failureStatus = null,
        IEnumerable<string>? tags = null) =>
        Add(builder, null, name ?? "ioloop", configure, failureStatus, tags);

    /// <summary>Adds a health check of a loop with a key. Otherwise as <see cref="AddIOLoop"/>.</summary>
    /// <param name="builder">Where to add it.</param>
    /// <param name="serviceKey">The loop's key.</param>
    /// <param name="name">The name of the health check; <see langword="null"/> for <c>ioloop:</c> and the key.</param>
    /// <param name="configure">Sets limits; <see langword="null"/> for the defaults.</param>
    /// <param name="failureStatus">The status of a loop that does not work; <see langword="null"/> for <see cref="HealthStatus.Unhealthy"/>.</param>
    /// <param name="tags">Tags to filter health checks by.</param>
    /// <returns><paramref name="builder"/>.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="builder"/> or <paramref name="serviceKey"/> is null.</exception>
    /// <exception cref="ArgumentException"><paramref name="serviceKey"/> is <see cref="KeyedService.AnyKey"/>.</exception>
    public static IHealthChecksBuilder AddKeyedIOLoop(
        this IHealthChecksBuilder builder,
        object serviceKey,
        string? name = null,
        Action<IOLoopHealthCheckOptions>? configure = null,
        HealthStatus? failureStatus = null,
        IEnumerable<string>? tags = null)
    {
        LoopKey.Check(serviceKey);
        return Add(builder, serviceKey, name ?? $"ioloop:{serviceKey}", configure, failureStatus, tags);
    }

    /// <summary>
    /// Adds a health check of the group without a key: each of its loops is checked as by <see cref="AddIOLoop"/>, all at the same time,
    /// and the worst counts. The result's data has <c>name</c>, the group's; <c>loops</c>, how many there are; and the data of each loop, with the
    /// loop's name and a point in front.
    /// </summary>
    /// <param name="builder">Where to add it.</param>
    /// <param name="name">The name of the health check; <see langword="null"/> for <c>ioloopgroup</c>.</param>
    /// <param name="configure">Sets limits, for each loop; <see langword="null"/> for the defaults.</param>
    /// <param name="failureStatus">The status of a loop that does not work; <see langword="null"/> for <see cref="HealthStatus.Unhealthy"/>.</param>
    /// <param name="tags">Tags to filter health checks by.</param>
    /// <returns><paramref name="builder"/>.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="builder"/> is null.</exception>
    public static IHealthChecksBuilder AddIOLoopGroup(
        this IHealthChecksBuilder builder,
        string? name = null,
        Action<IOLoopHealthCheckOptions>? configure = null,
        HealthStatus? failureStatus = null,
        IEnumerable<string>? tags = null) =>
        Add(builder, new GroupKey(null), name ?? "ioloopgroup", configure, failureStatus, tags);

    /// <summary>Adds a health check of a group with a key. Otherwise as <see cref="AddIOLoopGroup"/>.</summary>
    /// <param name="builder">Where to add it.</param>
    /// <param name="serviceKey">The group's key.</param>
    /// <param name="name">The name of the health check; <see langword="null"/> for <c>ioloopgroup:</c> and the key.</param>
    /// <param name="configure">Sets limits, for each loop; <see langword="null"/> for the defaults.</param>
    /// <param name="failureStatus">The status of a loop that does not work; <see langword="null"/> for <see cref="HealthStatus.Unhealthy"/>.</param>
    /// <param name="tags">Tags to filter health checks by.</param>
    /// <returns><paramref name="builder"/>.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="builder"/> or <paramref name="serviceKey"/> is null.</exception>
    /// <exception cref="ArgumentException"><paramref name="serviceKey"/> is <see cref="KeyedService.AnyKey"/>.</exception>
    public static IHealthChecksBuilder AddKeyedIOLoopGroup(
        this IHealthChecksBuilder builder,
        object serviceKey,
        string? name = null,
        Action<IOLoopHealthCheckOptions>? configure = null,
        HealthStatus? failureStatus = null,
        IEnumerable<string>? tags = null)
    {
        LoopKey.Check(serviceKey, "group");
        return Add(builder, new GroupKey(serviceKey), name ?? $"ioloopgroup:{serviceKey}", configure, failureStatus, tags);
    }

    private static IHealthChecksBuilder Add(
        IHealthChecksBuilder builder,
        object? key,
        string name,
        Action<IOLoopHealthCheckOptions>? configure,
        HealthStatus? failureStatus,
        IEnumerable<string>? tags)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var options = builder.Services.AddOptions<IOLoopHealthCheckOptions>(name)
            .Validate(static options => options.StallThreshold > TimeSpan.Zero && options.StallThreshold.TotalMilliseconds <= int.MaxValue,
                "StallThreshold must be positive and less than 24 days.")
            .Validate(static options => options.MaxQueuedCallbacks is null or >= 0, "MaxQueuedCallbacks must be null or at least 0.");
        if (configure is not null)
            options.Configure(configure);
        return builder.Add(new HealthCheckRegistration(name, provider => new LoopHealthCheck(provider, key, name), failureStatus, tags));
    }
}
