using IOLoops.Conformance;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Shouldly;
using Xunit;

namespace IOLoops.Extensions.Hosting.Tests;

/// <summary>What becomes of the application when its loop fails.</summary>
public sealed class FailureTests
{
    private readonly CollectingLoggerFactory _logs = new();

    [Fact]
    public async Task A_failing_callback_stops_the_application_by_option_and_its_run_fails_with_it()
    {
        using var host = Build(options => options.StopApplicationOnCallbackFailure = true);
        var running = host.RunAsync();
        host.Loop().AddCallback(() => throw new TestException("no such customer"));
        var failure = await Should.ThrowAsync<InvalidOperationException>(running.Soon());
        failure.InnerException.ShouldBeOfType<TestException>().Message.ShouldBe("no such customer");
        _logs.Entries.Count(entry => entry.Level == LogLevel.Critical).ShouldBe(1);
    }

    [Fact]
    public async Task A_failing_callback_does_not_stop_the_application_otherwise()
    {
        using var host = Build();
        await host.StartAsync().Soon();
        var stopping = host.Stopping();
        host.Loop().AddCallback(() => throw new TestException("no such customer"));
        await host.Loop().RunsACallback();
        await NothingQueued();
        stopping.IsCompleted.ShouldBeFalse();
        _logs.Entries.ShouldContain(entry => entry.Level == LogLevel.Error && entry.Exception is TestException);
        await host.StopAsync().Soon();
    }

    [Fact]
    public async Task A_failure_that_is_handled_does_not_stop_the_application()
    {
        using var host = Build(options => options.StopApplicationOnCallbackFailure = true);
        host.Loop().CallbackException += (_, failure) => failure.Handled = failure.Exception.Message == "handled";
        await host.StartAsync().Soon();
        var stopping = host.Stopping();
        host.Loop().AddCallback(() => throw new TestException("handled"));
        await host.Loop().RunsACallback();
        await NothingQueued();
        stopping.IsCompleted.ShouldBeFalse();
        host.Loop().AddCallback(() => throw new TestException("not handled"));
        await stopping.Soon();
        (await Should.ThrowAsync<InvalidOperationException>(host.StopAsync().Soon())).InnerException!.Message.ShouldBe("not handled");
    }

    [Fact]
    public async Task A_failure_whose_handler_throws_stops_the_application()
    {
        using var host = Build(options => options.StopApplicationOnCallbackFailure = true);
        host.Loop().CallbackException += (_, failure) =>
        {
            failure.Handled = false;
            throw new TestException("the handler");
        };
        await host.StartAsync().Soon();
        var stopping = host.Stopping();
        host.Loop().AddCallback(() => throw new TestException("the callback"));
        await stopping.Soon();
        (await Should.ThrowAsync<InvalidOperationException>(host.StopAsync().Soon())).InnerException!.Message.ShouldBe("the callback");
    }

    [Fact]
    public async Task A_loop_that_somebody_stops_stops_the_application()
    {
        using var host = Build();
        var running = host.RunAsync();
        host.Loop().Stop();
        (await Should.ThrowAsync<InvalidOperationException>(running.Soon())).Message.ShouldContain("'IOLoop' ended before the application");
        _logs.Entries.ShouldContain(entry => entry.Level == LogLevel.Critical);
    }

    [Fact]
    public async Task A_run_that_fails_stops_the_application_which_fails_with_it()
    {
        var time = new FailingTime();
        using var host = Build(options => options.TimeProvider = time);
        var running = host.RunAsync();
        host.Loop().AddCallback(() =>
        {
            host.Loop().CallLater(TimeSpan.FromHours(1), static () => { });
            time.FailNext();
        });
        var failure = await Should.ThrowAsync<InvalidOperationException>(running.Soon());
        failure.InnerException.ShouldBeOfType<TestException>().Message.ShouldBe("no clock");
        _logs.Entries.Single(entry => entry.Level == LogLevel.Critical).Exception.ShouldBeOfType<TestException>();
    }

    [Fact]
    public async Task A_loop_that_somebody_disposes_of_stops_the_application()
    {
        using var host = Build();
        await host.StartAsync().Soon();
        var stopping = host.Stopping();
        await host.Loop().DisposeAsync().AsTask().Soon();
        await stopping.Soon();
        await Should.ThrowAsync<InvalidOperationException>(host.StopAsync().Soon());
    }

    [Fact]
    public async Task A_loop_that_somebody_stops_is_only_logged_by_option()
    {
        using var host = Build(options => options.StopApplicationWhenRunEnds = false);
        await host.StartAsync().Soon();
        var stopping = host.Stopping();
        await host.Loop().StopAsync().Soon();
        SpinWait.SpinUntil(() => _logs.Entries.Any(entry => entry.Level == LogLevel.Error), TestHost.Patience).ShouldBeTrue();
        await NothingQueued();
        stopping.IsCompleted.ShouldBeFalse();
        await host.StopAsync().Soon();
    }

    [Fact]
    public async Task What_fails_or_ends_while_the_application_stops_is_not_the_reason_why_it_stops()
    {
        using var host = Build(options => options.StopApplicationOnCallbackFailure = true);
        await host.StartAsync().Soon();
        host.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();
        host.Loop().AddCallback(() => throw new TestException("late"));
        await host.Loop().RunsACallback();
        await host.Loop().StopAsync().Soon();
        await host.StopAsync().Soon();
        _logs.Entries.ShouldNotContain(entry => entry.Level == LogLevel.Critical);
    }

    [Fact]
    public async Task An_application_that_stops_in_order_logs_nothing()
    {
        using var host = Build(options => options.StopApplicationOnCallbackFailure = true);
        await host.StartAsync().Soon();
        await host.StopAsync().Soon();
        host.Dispose();
        await NothingQueued();
        _logs.Entries.Where(entry => entry.Level >= LogLevel.Warning).ShouldBeEmpty();
    }

    /// <summary>What the loop's failure would have put on the pool, had it stopped the application, has run.</summary>
    private static async Task NothingQueued()
    {
        for (int i = 0; i < 10; i++)
            await Task.Run(static () => { }).Soon();
    }

    private IHost Build(Action<IOLoopServiceOptions>? configure = null) => TestHost.Build(services =>
    {
        services.AddSingleton<Microsoft.Extensions.Hosting.IHostLifetime, NoLifetime>();
        services.AddIOLoop(configure);
    }, _logs);
}
