using System.Diagnostics;
using IOLoops.Conformance;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;
using Shouldly;
using Xunit;

namespace IOLoops.Extensions.Hosting.Tests;

/// <summary>Metrics and spans of the application's loops arrive where OpenTelemetry exports them.</summary>
public sealed class TelemetryTests
{
    [Fact]
    public async Task Metrics_and_spans_of_a_loop_arrive_through_OpenTelemetry()
    {
        string name = $"telemetry-{Guid.NewGuid()}"; // other tests have loops, too
        var metrics = new List<MetricSnapshot>();
        var spans = new List<Activity>();
        using var host = TestHost.Build(services =>
        {
            services.AddKeyedIOLoop(name);
            services.AddOpenTelemetry()
                .WithMetrics(builder => builder.AddMeter("IOLoop").AddInMemoryExporter(metrics))
                .WithTracing(builder => builder.AddSource("IOLoop").AddInMemoryExporter(spans));
        });
        await host.StartAsync().Soon();
        await CallAHandler(host.Loop(name));
        host.Services.GetRequiredService<MeterProvider>().ForceFlush().ShouldBeTrue();
        host.Services.GetRequiredService<TracerProvider>().ForceFlush().ShouldBeTrue();

        PointOf(metrics, "ioloop.handler.calls", name).GetSumLong().ShouldBe(1);
        PointOf(metrics, "ioloop.handler.duration", name).GetHistogramCount().ShouldBe(1);
        PointOf(metrics, "ioloop.callback.queued", name).GetSumLong().ShouldBe(0);
        var span = spans.ToList().Where(span => Equals(span.GetTagItem("ioloop.name"), name)).ShouldHaveSingleItem();
        span.Source.Name.ShouldBe("IOLoop");
        span.GetTagItem("ioloop.events").ShouldBe("Read");
        span.GetTagItem("ioloop.kind").ShouldBe(nameof(PollIOLoop));
        await host.StopAsync().Soon();
    }

    private static async Task CallAHandler(IOLoop loop)
    {
        using var pipe = new Pipe();
        await loop.InvokeAsync(() => loop.AddHandler(pipe.ReadEnd, (fd, _) => loop.RemoveHandler(fd), IOEvents.Read)).Soon();
        pipe.Send();
        await loop.InvokeAsync(async () =>
        {
            while (loop.ToString().Contains("1 descriptor", StringComparison.Ordinal))
                await Task.Yield();
        }).Soon();
        await loop.RunsACallback(); // and the span has ended
    }

    private static MetricPoint PointOf(List<MetricSnapshot> metrics, string instrument, string loop)
    {
        var points = metrics.Last(metric => metric.Name == instrument).MetricPoints;
        return points.Single(point => TagOf(point, "ioloop.name") == loop);
    }

    private static string? TagOf(MetricPoint point, string name)
    {
        foreach (var (key, value) in point.Tags)
        {
            if (key == name)
                return value as string;
        }
        return null;
    }
}
