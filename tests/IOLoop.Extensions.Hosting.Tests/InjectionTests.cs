using IOLoops.Conformance;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Shouldly;
using Xunit;

namespace IOLoops.Extensions.Hosting.Tests;

/// <summary>Which loops are injected, with which options, and who disposes of them.</summary>
public sealed class InjectionTests
{
    [Fact]
    public async Task Keyed_loops_and_the_one_without_a_key_are_different_loops_on_different_threads()
    {
        using var host = TestHost.Build(services => services
            .AddIOLoop().AddKeyedIOLoop("a").AddKeyedIOLoop(DayOfWeek.Friday).AddSingleton<KeyedService>());
        await host.StartAsync().Soon();
        var service = host.Services.GetRequiredService<KeyedService>();
        service.Plain.ShouldBeSameAs(host.Loop());
        service.Keyed.ShouldBeSameAs(host.Loop("a"));
        IOLoop[] loops = [service.Plain, service.Keyed, host.Loop(DayOfWeek.Friday)];
        loops.Select(loop => loop.Name).ShouldBe(["IOLoop", "a", "Friday"]);
        int[] threads = await Task.WhenAll(loops.Select(loop => loop.InvokeAsync(() => Environment.CurrentManagedThreadId))).Soon();
        threads.Distinct().Count().ShouldBe(3);
        await host.StopAsync().Soon();
    }

    [Fact]
    public void The_key_that_stands_for_every_key_is_refused()
    {
        var services = new ServiceCollection();
        Should.Throw<ArgumentException>(() => services.AddKeyedIOLoop(Microsoft.Extensions.DependencyInjection.KeyedService.AnyKey)).Message.ShouldContain("AnyKey");
        Should.Throw<ArgumentException>(() => services.AddHealthChecks().AddKeyedIOLoop(Microsoft.Extensions.DependencyInjection.KeyedService.AnyKey)).Message.ShouldContain("AnyKey");
        Should.Throw<ArgumentException>(() => services.AddKeyedIOLoopGroup(Microsoft.Extensions.DependencyInjection.KeyedService.AnyKey)).Message.ShouldContain("Add one group");
        Should.Throw<ArgumentException>(() => services.AddHealthChecks().AddKeyedIOLoopGroup(Microsoft.Extensions.DependencyInjection.KeyedService.AnyKey)).Message.ShouldContain("Add one group");
    }

    [Fact]
    public async Task Adding_a_loop_twice_adds_one_loop_with_the_options_of_both()
    {
        using var host = TestHost.Build(services => services
            .AddKeyedIOLoop("a", options => options.Name = "orders")
            .AddKeyedIOLoop("a", options => options.Poller = PollerKind.Poll));
        await host.StartAsync().Soon();
        host.Services.GetServices<IHostedService>().Count().ShouldBe(1);
        host.Services.GetKeyedServices<IOLoop>("a").Count().ShouldBe(1);
        host.Loop("a").ShouldBeAssignableTo<PollIOLoop>()!.Poller.ShouldBe(PollerKind.Poll);
        host.Loop("a").Name.ShouldBe("orders");
        await host.StopAsync().Soon();
    }

    [Fact]
    public void Options_that_were_configured_elsewhere_apply()
    {
        using var host = TestHost.Build(services => services
            .AddIOLoop(options => options.StopTimeout = TimeSpan.FromSeconds(1))
            .Configure<IOLoopServiceOptions>(options => options.Name = "from configuration"));
        host.Loop().Name.ShouldBe("from configuration");
    }

    [Fact]
    public async Task Failures_are_logged_to_the_application_unless_options_say_otherwise()
    {
        using var own = new CollectingLoggerFactory();
        var application = new CollectingLoggerFactory();
        using var host = TestHost.Build(services => services
            .AddKeyedIOLoop("a").AddKeyedIOLoop("b", options => options.LoggerFactory = own), application);
        await host.StartAsync().Soon();
        foreach (string key in new[] { "a", "b" })
        {
            host.Loop(key).AddCallback(() => throw new TestException(key));
            await host.Loop(key).RunsACallback();
        }
        Failures(application).ShouldBe(["a"]);
        Failures(own).ShouldBe(["b"]);
        await host.StopAsync().Soon();
    }

    [Fact]
    public async Task A_service_can_use_descriptors_and_timeouts_on_the_loop()
    {
        using var host = TestHost.Build(services => services.AddIOLoop());
        await host.StartAsync().Soon();
        using var pipe = new Pipe();
        var loop = host.Loop();
        var read = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        await loop.InvokeAsync(() => loop.AddHandler(pipe.ReadEnd, (fd, _) =>
        {
            loop.RemoveHandler(fd);
            read.SetResult(pipe.Drain());
        }, IOEvents.Read)).Soon();
        pipe.Send(3);
        (await read.Task.Soon()).ShouldBe(3);
        await host.StopAsync().Soon();
    }

    [Fact]
    public async Task An_application_that_fails_to_start_leaves_no_loop_behind()
    {
        using var logs = new CollectingLoggerFactory();
        var host = TestHost.Build(services => services.AddIOLoop().AddHostedService<FailingService>(), logs);
        var loop = host.Loop();
        await Should.ThrowAsync<TestException>(host.StartAsync().Soon());
        await ((IAsyncDisposable)host).DisposeAsync().AsTask().Soon();
        loop.IsRunning.ShouldBeFalse();
        loop.IsClosed.ShouldBeTrue();
        logs.Entries.ShouldNotContain(entry => entry.Message.Contains("before the application did", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_loop_that_cannot_be_made_fails_the_start_of_the_application()
    {
        using var host = TestHost.Build(services => services.AddIOLoop(options => options.MaxEventsPerTurn = 0));
        await Should.ThrowAsync<ArgumentOutOfRangeException>(host.StartAsync().Soon());
    }

    [Fact]
    public async Task Options_out_of_range_fail_the_start_of_the_application()
    {
        using var host = TestHost.Build(services => services.AddIOLoop(options => options.StopTimeout = TimeSpan.Zero));
        (await Should.ThrowAsync<OptionsValidationException>(host.StartAsync().Soon())).Message.ShouldContain("StopTimeout");
    }

    [Fact]
    public async Task Another_loop_that_replaces_the_one_of_the_host_is_an_error_that_says_so()
    {
        using var other = new PollIOLoop();
        using var host = TestHost.Build(services => services.AddIOLoop().AddSingleton<IOLoop>(other));
        (await Should.ThrowAsync<InvalidOperationException>(host.StartAsync().Soon())).Message.ShouldContain("after AddIOLoop");
    }

    [Fact]
    public async Task A_container_that_is_disposed_of_without_waiting_stops_and_closes_the_loop()
    {
        var services = new ServiceCollection();
        services.AddSingleton<IHostApplicationLifetime, NoApplicationLifetime>();
        services.AddIOLoop();
        var provider = services.BuildServiceProvider();
        var loop = provider.GetRequiredService<IOLoop>();
        await ((IHostedLifecycleService)provider.GetRequiredService<IHostedService>()).StartingAsync(CancellationToken.None).Soon();
        loop.IsRunning.ShouldBeTrue();
        provider.Dispose();
        SpinWait.SpinUntil(() => loop.IsClosed, TestHost.Patience).ShouldBeTrue();
    }

    private static IEnumerable<string> Failures(CollectingLoggerFactory logs) =>
        logs.Entries.Select(entry => entry.Exception).OfType<TestException>().Select(failure => failure.Message);
}
