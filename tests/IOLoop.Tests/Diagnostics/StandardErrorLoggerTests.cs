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
        text.ShouldStartWith("[orders] Error: Orders.OnOrder failed.");
        text.ShouldContain(typeof(TestException).FullName!);
        _clock.Advance(TimeSpan.FromMinutes(1));
        _written.ToString().ShouldBe(text);
    }

    [Fact]
    public void Of_a_storm_the_first_are_written_and_the_count_of_the_others_when_the_second_is_over()
    {
        Fail(10_000);
        Lines.Length.ShouldBe(EntryBudget.MostPerWindow);
        _clock.Advance(EntryBudget.Window);
        Lines.Length.ShouldBe(EntryBudget.MostPerWindow + 1);
        Lines[^1].ShouldBe("[orders] Warning: 9,980 more entries within a second were suppressed.");
        _clock.Advance(EntryBudget.Window * 100);
        Lines.Length.ShouldBe(EntryBudget.MostPerWindow + 1);
    }

    [Fact]
    public void A_storm_that_goes_on_is_counted_second_by_second()
    {
        for (int second = 0; second < 3; second++)
        {
            Fail(1000);
            _clock.Advance(EntryBudget.Window);
        }
        Lines.Length.ShouldBe((EntryBudget.MostPerWindow + 1) * 3);
        Lines.Count(line => line.Contains("980 more", StringComparison.Ordinal)).ShouldBe(3);
    }

    [Fact]
    public void A_few_failures_each_second_are_all_written()
    {
        for (int second = 0; second < 10; second++)
        {
            Fail(EntryBudget.MostPerWindow);
            _clock.Advance(EntryBudget.Window);
        }
        Lines.Length.ShouldBe(EntryBudget.MostPerWindow * 10);
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
        _clock.Advance(EntryBudget.Window);
        Lines.Length.ShouldBe(EntryBudget.MostPerWindow + 1);
        Lines[^1].ShouldContain("19,980 more");
    }

    [Fact]
    public void A_storm_of_one_kind_does_not_hide_what_is_said_once()
    {
        Fail(1000);
        LoopLog.HostLost(_logger, new TestException(), "orders");
        _written.ToString().ShouldContain("The loop has stopped");
    }

    [Fact]
    public void What_was_suppressed_is_told_at_once_when_it_is_flushed_and_not_again()
    {
        _logger.Flush();
        _written.ToString().ShouldBeEmpty();
        Fail(1000);
        _logger.Flush();
        Lines.Length.ShouldBe(EntryBudget.MostPerWindow + 1);
        Lines[^1].ShouldContain("980 more");
        _logger.Flush();
        _clock.Advance(EntryBudget.Window);
        Lines.Length.ShouldBe(EntryBudget.MostPerWindow + 1);
    }

    [Fact]
    public void A_writer_that_is_disposed_throws_neither_at_who_logs_nor_from_the_timer()
    {
        var writer = new StreamWriter(new MemoryStream());
        writer.Dispose();
        var logger = new StandardErrorLogger("orders", writer, _clock);
        Should.NotThrow(() => Fail(1000, logger));
        Should.NotThrow(() => _clock.Advance(EntryBudget.Window));
    }

    [Fact]
    public void An_exception_without_a_text_is_written_by_its_type()
    {
        LoopLog.CallbackFailed(_logger, new MuteException(), "orders", "Orders.OnOrder");
        Lines[0].ShouldBe("[orders] Error: Orders.OnOrder failed.");
        Lines[1].ShouldStartWith(typeof(MuteException).FullName!);
    }

    [Fact]
    public void An_entry_without_a_text_is_written_by_its_id()
    {
        _logger.Log<string>(LogLevel.Error, new EventId(77), "", null, static (_, _) => throw new TestException());
        Lines.ShouldHaveSingleItem().ShouldContain("77");
    }

    public void Dispose() => _written.Dispose();

    private void Fail(int count) => Fail(count, _logger);

    private static void Fail(int count, StandardErrorLogger logger)
    {
        for (int i = 0; i < count; i++)
            LoopLog.CallbacksDropped(logger, "orders", i, "Orders.OnOrder");
    }
}
