using IOLoops.Conformance;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Shouldly;
using Xunit;

namespace IOLoops.Extensions.Hosting.Tests;

/// <summary>Groups of loops in an application.</summary>
public sealed class GroupTests
{
    private readonly CollectingLoggerFactory _logs = new();

    private IHost Build(Action<IOLoopGroupServiceOptions>? configure = null, Action<IServiceCollection>? more = null) => TestHost.Build(
        services =>
        {
            services.AddIOLoopGroup(options => options.Count = 2);
            if (configure is not null)
                services.AddIOLoopGroup(configure);
            more?.Invoke(services);
        },
        _logs);

    private static LoopGroup Group(IHost host, object? key = null) => host.Services.GetRequiredKeyedService<LoopGroup>(key);

    [Fact]
    public async Task All_loops_run_from_the_start_of_the_application_to_its_end()
    {
        using var host = Build();
        var group = Group(host);
        group.Loops.Count.ShouldBe(2);
        group.Name.ShouldBe("LoopGroup");
        group.IsRunning.ShouldBeFalse();
        await host.StartAsync().Soon();
        group.Loops.ShouldAllBe(loop => loop.IsRunning);
        foreach (var loop in group.Loops)
            await loop.RunsACallback();
        await host.StopAsync().Soon();
        group.Loops.ShouldAllBe(loop => !loop.IsRunning && loop.IsClosed);
        _logs.Entries.ShouldNotContain(entry => entry.Level >= LogLevel.Warning);
    }

    [Fact]
    public async Task A_loop_and_groups_with_and_without_keys_live_side_by_side_and_start_and_stop_in_order()
    {
        var order = new List<string>();
        using var host = TestHost.Build(
            services =>
            {
                services.AddIOLoop();
                services.AddIOLoopGroup(options => options.Count = 1);
                services.AddKeyedIOLoopGroup("front", options => options.Count = 2);
                services.AddSingleton<IHostedService>(provider => new NotingService(order, () =>
                    $"{provider.GetRequiredService<IOLoop>().IsRunning} {provider.GetRequiredKeyedService<LoopGroup>("front").IsRunning} {provider.GetRequiredKeyedService<LoopGroup>("back").IsRunning}"));
                services.AddKeyedIOLoopGroup("back", options => options.Count = 1);
            },
            _logs);
        await host.StartAsync().Soon();
        Group(host, "front").Loops.Select(loop => loop.Name).ShouldBe(["front-0", "front-1"]);
        Group(host).Loops.Select(loop => loop.Name).ShouldBe(["LoopGroup-0"]);
        Group(host).ShouldNotBe(Group(host, "back"));
        await host.StopAsync().Soon();
        order.ShouldBe(["True True False", "True True False"]);
    }

    [Fact]
    public async Task A_failing_callback_of_any_loop_stops_the_application_by_option()
    {
        using var host = Build(options => options.StopApplicationOnCallbackFailure = true);
        var running = host.RunAsync();
        Group(host).Loops[1].AddCallback(static () => throw new TestException("no such customer"));
        var failure = await Should.ThrowAsync<InvalidOperationException>(running.Soon());
        failure.Message.ShouldContain("LoopGroup-1");
        failure.InnerException.ShouldBeOfType<TestException>();
    }

    [Fact]
    public async Task The_end_of_one_loop_stops_the_application()
    {
        using var host = Build();
        await host.StartAsync().Soon();
        var stopping = host.Stopping();
        Group(host).Loops[0].Stop();
        await stopping.Soon();
        (await Should.ThrowAsync<InvalidOperationException>(host.StopAsync().Soon())).Message.ShouldContain("LoopGroup-0");
        Group(host).Loops.ShouldAllBe(loop => loop.IsClosed);
    }

    [Fact]
    public async Task A_loop_that_ends_before_its_first_callback_fails_the_start_with_the_cause()
    {
        using var host = Build();
        Group(host).Loops[1].Stop();
        (await Should.ThrowAsync<InvalidOperationException>(host.StartAsync().Soon())).Message.ShouldContain("LoopGroup-1");
        Group(host).Loops.ShouldAllBe(loop => !loop.IsRunning);
        _logs.Entries.ShouldContain(entry => entry.Level == LogLevel.Critical);
    }

    [Fact]
    public async Task By_option_the_application_starts_without_a_loop_that_ends_before_its_first_callback()
    {
        using var host = Build(options => options.StopApplicationWhenRunEnds = false);
        Group(host).Loops[1].Stop();
        await host.StartAsync().Soon();
        await Group(host).Loops[0].RunsACallback();
        await host.StopAsync().Soon();
        Group(host).Loops.ShouldAllBe(loop => loop.IsClosed);
    }

    [Fact]
    public async Task By_option_the_application_continues_without_the_loop_that_has_ended()
    {
        var time = new FailingTime();
        using var host = Build(options =>
        {
            options.StopApplicationWhenRunEnds = false;
            options.TimeProvider = time;
        });
        await host.StartAsync().Soon();
        var group = Group(host);
        group.Loops[0].AddCallback(() =>
        {
            group.Loops[0].CallLater(TimeSpan.FromHours(1), static () => { });
            time.FailNext();
        });
        SpinWait.SpinUntil(() => group.Next() == group.Next() && _logs.Entries.Any(entry => entry.Message.Contains("continues without this loop", StringComparison.Ordinal)), TestHost.Patience).ShouldBeTrue();
        var left = group.Next();
        await left.RunsACallback();
        await host.StopAsync().Soon();
        group.Loops.ShouldAllBe(loop => loop.IsClosed);
        _logs.Entries.Count(entry => entry.Exception is TestException && entry.Message.Contains("while the application stopped", StringComparison.Ordinal)).ShouldBe(0);
    }

    [Fact]
    public async Task A_group_with_a_loop_that_does_not_end_in_time_is_left_behind_and_closed_when_it_ends()
    {
        var host = Build(options => options.StopTimeout = TimeSpan.FromMilliseconds(1));
        var group = Group(host);
        await host.StartAsync().Soon();
        using var blocked = new BlockedCallback(group.Loops[1]);
        await host.StopAsync().Soon();
        await ((IAsyncDisposable)host).DisposeAsync().AsTask().Soon();
        _logs.Entries.ShouldContain(entry => entry.Level == LogLevel.Warning && entry.Message.Contains("did not end within", StringComparison.Ordinal));
        group.Loops[1].IsRunning.ShouldBeTrue();
        blocked.Release();
        SpinWait.SpinUntil(() => group.Loops.All(loop => loop.IsClosed), TestHost.Patience).ShouldBeTrue();
    }

    [Fact]
    public async Task The_health_of_a_group_is_that_of_its_worst_loop()
    {
        var time = new SteppedTime();
        using var host = Build(
            options =>
            {
                options.Name = $"health-{Guid.NewGuid():N}"; // what waits in loops of one name is added up, and other tests have loops, too
                options.StopApplicationWhenRunEnds = false;
            },
            services => services.AddSingleton<TimeProvider>(time).AddHealthChecks().AddIOLoopGroup());
        var group = Group(host);
        (await Check(host)).Description!.ShouldContain("has not started");
        await host.StartAsync().Soon();
        var entry = await Check(host);
        entry.Status.ShouldBe(HealthStatus.Healthy);
        entry.Data["name"].ShouldBe(group.Name);
        entry.Data["loops"].ShouldBe(2);
        entry.Data[$"{group.Loops[1].Name}.queued"].ShouldBe(0L);
        using (var blocked = new BlockedCallback(group.Loops[1]))
        {
            var checking = Check(host);
            while (!checking.IsCompleted)
            {
                await Task.WhenAny(time.NextTimer(), checking);
                time.Advance(TimeSpan.FromSeconds(3));
            }
            entry = await checking;
            entry.Status.ShouldBe(HealthStatus.Unhealthy);
            entry.Description!.ShouldContain($"{group.Loops[1].Name}' is stalled");
        }
        await group.Loops[1].RunsACallback();
        await group.Loops[0].StopAsync().Soon();
        SpinWait.SpinUntil(() => _logs.Entries.Any(entry => entry.Message.Contains("continues without this loop", StringComparison.Ordinal)), TestHost.Patience).ShouldBeTrue();
        entry = await Check(host);
        entry.Status.ShouldBe(HealthStatus.Unhealthy);
        entry.Description!.ShouldContain($"{group.Loops[0].Name}' does not run");
        await host.StopAsync().Soon();
    }

    [Fact]
    public async Task A_group_that_was_not_added_or_is_not_the_hosts_is_reported()
    {
        using var without = TestHost.Build(services => services.AddHealthChecks().AddIOLoopGroup().AddKeyedIOLoopGroup("a"));
        (await Check(without)).Description!.ShouldContain("Call services.AddIOLoopGroup()");
        (await Check(without, "ioloopgroup:a")).Description!.ShouldContain("Call services.AddKeyedIOLoopGroup with the key 'a'");
        using var foreign = new LoopGroup(new LoopGroupOptions { Count = 1 });
        using var host = Build(more: services => services.AddSingleton(foreign));
        (await Should.ThrowAsync<InvalidOperationException>(host.StartAsync().Soon())).Message.ShouldContain("Another LoopGroup was registered");
        using var none = Build(options => options.Count = 0);
        await Should.ThrowAsync<Microsoft.Extensions.Options.OptionsValidationException>(none.StartAsync().Soon());
        Should.Throw<ArgumentNullException>(() => new ServiceCollection().AddKeyedIOLoopGroup(null!));
    }

    private static async Task<HealthReportEntry> Check(IHost host, string name = "ioloopgroup") =>
        (await host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync().Soon()).Entries[name];

    private sealed class NotingService(List<string> notes, Func<string> look) : IHostedLifecycleService
    {
        public Task StartingAsync(CancellationToken cancellationToken) => Note();

        public Task StoppedAsync(CancellationToken cancellationToken) => Note();

        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        private Task Note()
        {
            notes.Add(look());
            return Task.CompletedTask;
        }
    }
}
