using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace IOLoops.Extensions.Hosting;

/// <summary>Checks that a loop runs, runs callbacks soon, and has no more of them waiting than it may.</summary>
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
            string add = serviceKey is null ? "services.AddIOLoop()" : $"services.AddKeyedIOLoop with the key '{serviceKey}'";
            return Task.FromResult(new HealthCheckResult(failureStatus, $"The loop was not added. Call {add}."));
        }
        return CheckAsync(run, options, failureStatus, cancellationToken);
    }

    private static async Task<HealthCheckResult> CheckAsync(
        LoopRun run, IOLoopHealthCheckOptions options, HealthStatus failureStatus, CancellationToken cancellationToken)
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
