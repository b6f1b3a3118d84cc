using IOLoops.Conformance;
using IOLoops.Diagnostics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Shouldly;
using Xunit;

namespace IOLoops.Tests.Diagnostics;

/// <summary>What is written when no logger factory was given.</summary>
public sealed class StandardErrorLoggerTests : IDisposable
{
    private readonly StringWriter _written = new();
    private readonly FakeTimeProvider _clock = new();
    private readonly StandardErrorLogger _logger;

    public StandardErrorLoggerTests() => _logger = new StandardErrorLogger("orders", _written, _clock);

    private string[] Lines => _written.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);

    [Fact]
    public void A_failure_is_written_once_with_its_exception()
    {
        LoopLog.CallbackFailed(_logger, new TestException(), "orders", "Orders.OnOrder");
        string text = _written.ToString();
        text.ShouldStartWith("[orders] Error: orders: Orders.OnOrder failed.");
        text.ShouldContain(typeof(TestException).FullName!);
        _clock.Advance(TimeSpan.FromMinutes(1));
        _written.ToString().ShouldBe(text);
    }

    [Fact]
    public void Of_a_storm_the_first_are_written_and_the_count_of_the_others_when_the_second_is_over()
    {
        Fail(10_000);
        Lines.Length.ShouldBe(StandardErrorLogger.MostPerWindow);
        _clock.Advance(StandardErrorLogger.Window);
        Lines.Length.ShouldBe(StandardErrorLogger.MostPerWindow + 1);
        Lines[^1].ShouldBe("[orders] Warning: 9,980 more entries within a second were suppressed.");
        _clock.Advance(StandardErrorLogger.Window * 100);
        Lines.Length.ShouldBe(StandardErrorLogger.MostPerWindow + 1);
    }

    [Fact]
    public void A_storm_that_goes_on_is_counted_second_by_second()
    {
        for (int second = 0; second < 3; second++)
        {
            Fail(1000);
            _clock.Advance(StandardErrorLogger.Window);
        }
        Lines.Length.ShouldBe((StandardErrorLogger.MostPerWindow + 1) * 3);
        Lines.Count(line => line.Contains("980 more", StringComparison.Ordinal)).ShouldBe(3);
    }

    [Fact]
    public void A_few_failures_each_second_are_all_written()
    {
        for (int second = 0; second < 10; second++)
        {
            Fail(StandardErrorLogger.MostPerWindow);
            _clock.Advance(StandardErrorLogger.Window);
        }
        Lines.Length.ShouldBe(StandardErrorLogger.MostPerWindow * 10);
        _written.ToString().ShouldNotContain("suppressed");
    }

    [Fact]
    public void Information_is_not_written()
    {
        _logger.IsEnabled(LogLevel.Information).ShouldBeFalse();
        _logger.Log(LogLevel.Information, default, "nothing to worry about", null, static (text, _) => text);
        _written.ToString().ShouldBeEmpty();
    }

    [Fact]
    public void Failures_of_many_threads_are_each_written_or_counted()
    {
        using var written = TextWriter.Synchronized(_written);
        var logger = new StandardErrorLogger("orders", written, _clock);
        var threads = Enumerable.Range(0, 4).Select(_ => OtherThread.Start(() => Fail(5_000, logger))).ToArray();
        foreach (var thread in threads)
            thread.Join();
        _clock.Advance(StandardErrorLogger.Window);
        Lines.Length.ShouldBe(StandardErrorLogger.MostPerWindow + 1);
        Lines[^1].ShouldContain("19,980 more");
    }

    public void Dispose() => _written.Dispose();

    private void Fail(int count) => Fail(count, _logger);

    private static void Fail(int count, StandardErrorLogger logger)
    {
        for (int i = 0; i < count; i++)
            LoopLog.CallbacksDropped(logger, "orders", i, "Orders.OnOrder");
    }
}
