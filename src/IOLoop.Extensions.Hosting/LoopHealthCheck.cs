using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace IOLoops.Extensions.Hosting;

/// <summary>Checks that a loop, or each loop of a group, runs, runs callbacks soon, and has no more of them waiting than it may.</summary>
/// <remarks>Looks for the loop in the check itself: what a constructor throws would end the checks of everything else, too.</remarks>
internal sealed class LoopHealthCheck(IServiceProvider services, object? serviceKey, string name) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var failureStatus = context.Registration.FailureStatus;
        LoopRun? run;
        IOLoopHealthCheckOptions options;
        try
        {
            options = services.GetRequiredService<IOptionsMonitor<IOLoopHealthCheckOptions>>().Get(name);
            run = services.GetKeyedService<LoopRun>(serviceKey);
        }
        catch (Exception exception)
        {
            return Task.FromResult(new HealthCheckResult(failureStatus, $"The loop cannot be checked: {exception.Message}", exception));
        }
        if (run is null)
        {
            var (what, call, key) = serviceKey is GroupKey group ? ("group", "IOLoopGroup", group.Key) : ("loop", "IOLoop", serviceKey);
            string add = key is null ? $"services.Add{call}()" : $"services.AddKeyed{call} with the key '{key}'";
            return Task.FromResult(new HealthCheckResult(failureStatus, $"The {what} was not added. Call {add}."));
        }
        return serviceKey is GroupKey
            ? CheckAllAsync(run, options, failureStatus, cancellationToken)
            : CheckAsync(run.Loops[0], options, failureStatus, cancellationToken);
    }

    /// <summary>The worst of all loops counts, and is described. The data of each loop has the loop's name in front.</summary>
    private static async Task<HealthCheckResult> CheckAllAsync(
        LoopRun run, IOLoopHealthCheckOptions options, HealthStatus failureStatus, CancellationToken cancellationToken)
    {
        var results = await Task.WhenAll(run.Loops.Select(watched => CheckAsync(watched, options, failureStatus, cancellationToken))).ConfigureAwait(false);
        var worst = results.MinBy(static result => result.Status); // Unhealthy is the lowest
        var data = new Dictionary<string, object> { ["name"] = run.Name, ["loops"] = results.Length };
        foreach (var result in results)
        {
            foreach (var (key, value) in result.Data)
            {
                if (key != "name")
                    data[$"{result.Data["name"]}.{key}"] = value;
            }
        }
        string description = worst.Status == HealthStatus.Healthy
            ? $"The {results.Length} loops of the group '{run.Name}' run."
            : string.Join(' ', results.Where(static result => result.Status != HealthStatus.Healthy).Select(static result => result.Description));
        return new HealthCheckResult(worst.Status, description, worst.Exception, data);
    }

    private static async Task<HealthCheckResult> CheckAsync(
        WatchedLoop run, IOLoopHealthCheckOptions options, HealthStatus failureStatus, CancellationToken cancellationToken)
    {
        var loop = run.Loop;
        var data = new Dictionary<string, object> { ["name"] = loop.Name };
        if (run.Current is not { } current)
            return Result(loop, failureStatus, "has not started.", data);
        // Before the loop is asked: the question is a callback, too.
        long? queued = QueuedCallbacks.Of(loop);
        if (queued is { } number)
            data["queued"] = number;
        if (current.IsCompleted || run.Probe.Ask() is not { } call)
            return Ended(loop, current, failureStatus, data);
        var limit = options.StallThreshold - call.Age;
        try
        {
            await Task.WhenAny(call.Ran, current)
                .WaitAsync(limit > TimeSpan.Zero ? limit : TimeSpan.Zero, run.Probe.Time, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            return Stalled(loop, call, failureStatus, data);
        }
        if (!call.Ran.IsCompleted)
            return Ended(loop, current, failureStatus, data);
        data["latencySeconds"] = call.Latency.TotalSeconds;
        return queued > options.MaxQueuedCallbacks
            ? Result(loop, HealthStatus.Degraded, string.Create(CultureInfo.InvariantCulture,
                $"has a backlog: {queued} callbacks wait, more than {options.MaxQueuedCallbacks}."), data)
            : Result(loop, HealthStatus.Healthy, "runs.", data);
    }

    private static HealthCheckResult Ended(IOLoop loop, Task current, HealthStatus status, Dictionary<string, object> data) =>
        Result(loop, status, current.IsFaulted ? "does not run: its run failed." : "does not run: its run has ended.", data, current.Exception?.GetBaseException());

    private static HealthCheckResult Stalled(IOLoop loop, ProbeCall call, HealthStatus status, Dictionary<string, object> data)
    {
        var waited = call.Age;
        data["waitedSeconds"] = waited.TotalSeconds;
        var dump = new StringWriter(CultureInfo.InvariantCulture);
        loop.DumpState(dump);
        data["state"] = dump.ToString();
        return Result(loop, status, string.Create(CultureInfo.InvariantCulture, $"is stalled: a callback has waited for {waited.TotalSeconds:0.0} s."), data);
    }

    private static HealthCheckResult Result(IOLoop loop, HealthStatus status, string what, Dictionary<string, object> data, Exception? failure = null) =>
        new(status, $"The loop '{loop.Name}' {what}", failure, data);
}
