using IOLoops.Conformance;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Shouldly;
using Xunit;

namespace IOLoops.Extensions.Hosting.Tests;

/// <summary>When loops start and stop.</summary>
public sealed class LifetimeTests
{
    [Fact]
    public async Task A_loop_runs_from_the_start_of_the_application_to_its_end()
    {
        using var host = TestHost.Build(services => services.AddIOLoop());
        var loop = host.Loop();
        loop.IsRunning.ShouldBeFalse();
        await host.StartAsync().Soon();
        loop.IsRunning.ShouldBeTrue();
        await loop.RunsACallback();
        await host.StopAsync().Soon();
        loop.IsRunning.ShouldBeFalse();
        loop.IsClosed.ShouldBeTrue();
        host.Dispose();
    }

    [Fact]
    public async Task A_service_that_uses_the_loop_when_it_is_disposed_of_does_not_wait_without_end()
    {
        var host = TestHost.Build(services => services.AddIOLoop().AddHostedService<LateService>());
        await host.StartAsync().Soon();
        await host.StopAsync().Soon();
        await ((IAsyncDisposable)host).DisposeAsync().AsTask().Soon();
        LateService.Failure.ShouldBeOfType<ObjectDisposedException>();
    }

    [Fact]
    public async Task The_loop_runs_on_a_thread_with_its_name()
    {
        using var host = TestHost.Build(services => services.AddKeyedIOLoop("orders"));
        await host.StartAsync().Soon();
        string? name = await host.Loop("orders").InvokeAsync(() => Thread.CurrentThread.Name).Soon();
        name.ShouldBe("orders");
        await host.StopAsync().Soon();
    }

    [Fact]
    public async Task A_service_that_was_added_before_the_loop_has_it_while_it_starts_and_while_it_stops()
    {
        using var host = TestHost.Build(services => services.AddHostedService<UsingService>().AddIOLoop());
        await host.StartAsync().Soon();
        await host.StopAsync().Soon();
        host.Services.GetServices<IHostedService>().OfType<UsingService>().Single().Calls.ShouldBe(2);
    }

    [Fact]
    public async Task Loops_start_in_the_order_in_which_they_were_added_and_stop_in_the_reverse_order()
    {
        var events = new List<string>();
        void Note(string text)
        {
            lock (events)
                events.Add(text);
        }
        using var host = TestHost.Build(services =>
        {
            services.AddKeyedIOLoop("first");
            services.AddSingleton<IHostedService>(provider => new ObservingService(provider, Note, "between"));
            services.AddKeyedIOLoop("second");
            services.AddSingleton<IHostedService>(provider => new ObservingService(provider, Note, "after"));
        });
        await host.StartAsync().Soon();
        await host.StopAsync().Soon();
        events.ShouldBe([
            "between starting: first runs", "after starting: first second runs",
            "after stopped: first second runs", "between stopped: first runs"]);
    }

    [Fact]
    public async Task A_loop_is_constructed_when_the_application_starts_and_not_before()
    {
        int constructed = 0;
        using var host = TestHost.Build(services => services.AddIOLoop(_ => constructed++));
        _ = host.Services.GetServices<IHostedService>().ToList();
        constructed.ShouldBe(0);
        await host.StartAsync().Soon();
        constructed.ShouldBe(1);
        await host.StopAsync().Soon();
    }

    [Fact]
    public async Task A_loop_that_does_not_end_in_time_is_left_behind_with_a_warning_and_closed_when_it_ends()
    {
        var logs = new CollectingLoggerFactory();
        var host = TestHost.Build(services => services.AddIOLoop(options => options.StopTimeout = TimeSpan.FromMilliseconds(1)), logs);
        var loop = host.Loop();
        await host.StartAsync().Soon();
        using var blocked = new BlockedCallback(loop);
        await host.StopAsync().Soon();
        await ((IAsyncDisposable)host).DisposeAsync().AsTask().Soon();
        logs.Entries.ShouldContain(entry => entry.Level == LogLevel.Warning && entry.Message.Contains("did not end within", StringComparison.Ordinal));
        loop.IsRunning.ShouldBeTrue();
        blocked.Release();
        SpinWait.SpinUntil(() => loop.IsClosed, TestHost.Patience).ShouldBeTrue();
    }

    [Fact]
    public async Task A_loop_that_does_not_end_is_left_behind_when_the_application_may_wait_no_longer()
    {
        using var enough = new CancellationTokenSource();
        var host = TestHost.Build(services => services.AddIOLoop(options => options.StopTimeout = Timeout.InfiniteTimeSpan));
        var loop = host.Loop();
        await host.StartAsync().Soon();
        using var blocked = new BlockedCallback(loop);
        var stopping = host.StopAsync(enough.Token);
        stopping.IsCompleted.ShouldBeFalse();
        await enough.CancelAsync();
        await Record.ExceptionAsync(() => stopping.Soon()); // whether the host reports its token is its own affair
        await ((IAsyncDisposable)host).DisposeAsync().AsTask().Soon();
        loop.IsRunning.ShouldBeTrue();
        blocked.Release();
        SpinWait.SpinUntil(() => loop.IsClosed, TestHost.Patience).ShouldBeTrue();
    }

    [Fact]
    public async Task A_loop_that_is_blocked_while_it_starts_lets_the_start_be_cancelled()
    {
        using var blocked = new ManualResetEventSlim();
        using var release = new ManualResetEventSlim();
        using var enough = new CancellationTokenSource();
        var host = TestHost.Build(services => services.AddIOLoop(options => options.StopTimeout = TimeSpan.FromMilliseconds(1)));
        var loop = host.Loop();
        loop.AddCallback(() =>
        {
            blocked.Set();
            release.Wait(TestHost.Patience);
        });
        var starting = host.StartAsync(enough.Token);
        blocked.Wait(TestHost.Patience).ShouldBeTrue();
        starting.IsCompleted.ShouldBeFalse();
        await enough.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(starting.Soon());
        await ((IAsyncDisposable)host).DisposeAsync().AsTask().Soon();
        release.Set();
        SpinWait.SpinUntil(() => loop.IsClosed, TestHost.Patience).ShouldBeTrue();
    }
}
