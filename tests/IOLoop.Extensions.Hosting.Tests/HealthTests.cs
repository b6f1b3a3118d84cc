using IOLoops.Conformance;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Shouldly;
using Xunit;

namespace IOLoops.Extensions.Hosting.Tests;

/// <summary>What the health check says of loops in all states.</summary>
public sealed class HealthTests
{
    [Fact]
    public async Task A_loop_that_runs_is_healthy_and_says_how_soon_it_runs_callbacks()
    {
        using var host = Build();
        await host.StartAsync().Soon();
        var entry = await Check(host);
        entry.Status.ShouldBe(HealthStatus.Healthy);
        entry.Data["name"].ShouldBe(host.Loop().Name);
        entry.Data["queued"].ShouldBe(0L);
        entry.Data["latencySeconds"].ShouldBeOfType<double>().ShouldBeGreaterThanOrEqualTo(0);
        await host.StopAsync().Soon();
    }

    [Fact]
    public async Task A_loop_is_unhealthy_before_it_has_started_and_after_it_has_stopped()
    {
        using var host = Build();
        (await Check(host)).ShouldSatisfyAllConditions(
            entry => entry.Status.ShouldBe(HealthStatus.Unhealthy), entry => entry.Description!.ShouldContain("has not started"));
        await host.StartAsync().Soon();
        await host.StopAsync().Soon();
        (await Check(host)).ShouldSatisfyAllConditions(
            entry => entry.Status.ShouldBe(HealthStatus.Unhealthy), entry => entry.Description!.ShouldContain("its run has ended"));
        host.Loop().ToString().ShouldContain("0 callbacks queued"); // of the checks
    }

    [Fact]
    public async Task A_stalled_loop_is_unhealthy_once_the_threshold_is_over_and_healthy_when_it_runs_again()
    {
        var time = new SteppedTime();
        using var host = Build(time, options => options.StallThreshold = TimeSpan.FromSeconds(3));
        await host.StartAsync().Soon();
        using var blocked = new BlockedCallback(host.Loop());
        var checking = Check(host);
        (await time.NextTimer()).ShouldBeTrue();
        time.Advance(TimeSpan.FromSeconds(2.9));
        checking.IsCompleted.ShouldBeFalse();
        time.Advance(TimeSpan.FromSeconds(0.1));
        var entry = await checking;
        entry.Status.ShouldBe(HealthStatus.Unhealthy);
        entry.Data["waitedSeconds"].ShouldBe(3.0);
        entry.Data["state"].ShouldBeOfType<string>().ShouldContain("running");
        entry.Data.ContainsKey("latencySeconds").ShouldBeFalse();
        blocked.Release();
        await host.Loop().RunsACallback();
        (await Check(host)).Status.ShouldBe(HealthStatus.Healthy);
        await host.StopAsync().Soon();
    }

    [Fact]
    public async Task A_stalled_loop_is_asked_once_and_later_checks_end_at_once()
    {
        var time = new SteppedTime();
        using var host = Build(time);
        await host.StartAsync().Soon();
        using var blocked = new BlockedCallback(host.Loop());
        var checking = Check(host);
        (await time.NextTimer()).ShouldBeTrue();
        time.Advance(TimeSpan.FromSeconds(10));
        await checking;
        var entry = await Check(host);
        entry.Status.ShouldBe(HealthStatus.Unhealthy);
        entry.Data["waitedSeconds"].ShouldBe(10.0);
        entry.Data["queued"].ShouldBe(1L);
        blocked.Release();
        await host.StopAsync().Soon();
    }

    [Fact]
    public async Task A_loop_with_more_callbacks_than_allowed_is_degraded()
    {
        var time = new SteppedTime();
        using var host = Build(time, options => options.MaxQueuedCallbacks = 5);
        await host.StartAsync().Soon();
        (await CheckWith(host, time, waiting: 5)).Status.ShouldBe(HealthStatus.Healthy);
        var entry = await CheckWith(host, time, waiting: 6);
        entry.Status.ShouldBe(HealthStatus.Degraded);
        entry.Data["queued"].ShouldBe(6L);
        await host.StopAsync().Soon();
    }

    [Fact]
    public async Task A_loop_whose_run_ended_by_itself_is_unhealthy_also_when_it_was_closed()
    {
        using var host = Build();
        await host.StartAsync().Soon();
        await host.Loop().DisposeAsync().AsTask().Soon();
        host.Loop().IsClosed.ShouldBeTrue();
        (await Check(host)).Status.ShouldBe(HealthStatus.Unhealthy);
    }

    [Fact]
    public async Task A_loop_whose_run_failed_is_unhealthy_with_the_failure()
    {
        var time = new FailingTime();
        using var host = TestHost.Build(services => services
            .AddIOLoop(options =>
            {
                options.TimeProvider = time;
                options.StopApplicationWhenRunEnds = false;
            })
            .AddHealthChecks().AddIOLoop());
        await host.StartAsync().Soon();
        host.Loop().AddCallback(() =>
        {
            host.Loop().CallLater(TimeSpan.FromHours(1), static () => { });
            time.FailNext();
        });
        SpinWait.SpinUntil(() => !host.Loop().IsRunning, TestHost.Patience).ShouldBeTrue();
        var entry = await Check(host);
        entry.Status.ShouldBe(HealthStatus.Unhealthy);
        entry.Exception.ShouldBeOfType<TestException>().Message.ShouldBe("no clock");
        await host.StopAsync().Soon();
    }

    [Fact]
    public async Task A_check_has_the_status_that_its_registration_says_and_ends_with_its_token()
    {
        var time = new SteppedTime();
        using var host = TestHost.Build(services => services.AddSingleton<TimeProvider>(time).AddKeyedIOLoop("a")
            .AddHealthChecks().AddKeyedIOLoop("a", failureStatus: HealthStatus.Degraded, tags: ["live"]));
        (await Check(host, "ioloop:a")).ShouldSatisfyAllConditions(
            entry => entry.Status.ShouldBe(HealthStatus.Degraded), entry => entry.Tags.ShouldBe(["live"]));
        await host.StartAsync().Soon();
        using var blocked = new BlockedCallback(host.Loop("a"));
        using var enough = new CancellationTokenSource();
        var checking = host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync(enough.Token);
        (await time.NextTimer()).ShouldBeTrue();
        await enough.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(checking.Soon());
        blocked.Release();
        await host.StopAsync().Soon();
    }

    [Fact]
    public async Task The_check_of_a_loop_that_was_not_added_says_so()
    {
        using var host = TestHost.Build(services => services.AddIOLoop().AddHealthChecks().AddKeyedIOLoop("a"));
        var entry = await Check(host, "ioloop:a");
        entry.Status.ShouldBe(HealthStatus.Unhealthy);
        entry.Description!.ShouldContain("Call services.AddKeyedIOLoop with the key 'a'");
    }

    [Fact]
    public async Task Limits_out_of_range_are_refused()
    {
        using var host = Build(null, options => options.StallThreshold = TimeSpan.Zero);
        await host.StartAsync().Soon();
        (await Check(host)).Description!.ShouldContain("StallThreshold must be positive");
        await host.StopAsync().Soon();
    }

    private static IHost Build(TimeProvider? time = null, Action<IOLoopHealthCheckOptions>? configure = null) => TestHost.Build(services =>
    {
        if (time is not null)
            services.AddSingleton(time);
        services.AddIOLoop(options =>
        {
            options.Name = $"health-{Guid.NewGuid()}"; // what waits in loops of one name is added up, and other tests have loops, too
            options.StopApplicationWhenRunEnds = false;
        });
        services.AddHealthChecks().AddIOLoop(configure: configure);
    });

    private static async Task<HealthReportEntry> Check(IHost host, string name = "ioloop") =>
        (await host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync().Soon()).Entries[name];

    private static async Task<HealthReportEntry> CheckWith(IHost host, SteppedTime time, int waiting)
    {
        using var blocked = new BlockedCallback(host.Loop());
        for (int i = 0; i < waiting; i++)
            host.Loop().AddCallback(static () => { });
        var checking = Check(host);
        (await time.NextTimer()).ShouldBeTrue();
        blocked.Release();
        return await checking;
    }
}
