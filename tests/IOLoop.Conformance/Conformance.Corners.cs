using Microsoft.Extensions.Logging;
using Shouldly;
using Xunit;

namespace IOLoops.Conformance;

/// <summary>What a review found: each once was wrong.</summary>
public abstract partial class LoopConformance
{
    // Row: Number reused after a close without RemoveHandler, for files that are always ready
    [Fact]
    public void The_number_of_a_closed_regular_file_can_be_registered_for_another_one()
    {
        string first = Path.GetTempFileName();
        string second = Path.GetTempFileName();
        int number = Descriptors.Open(first);
        int other = Descriptors.Open(second);
        try
        {
            int old = 0, now = 0;
            Loop.AddHandler(number, (_, _) => old++, IOEvents.Read);
            Descriptors.Replace(number, other);
            Loop.AddHandler(number, (_, _) => now++, IOEvents.Read);
            RunTurns(3);
            old.ShouldBe(0);
            now.ShouldBe(3);
            Loop.RemoveHandler(number);
        }
        finally
        {
            Descriptors.Close(number);
            Descriptors.Close(other);
            File.Delete(first);
            File.Delete(second);
        }
    }

    // Row: UpdateHandler on ENOENT registers anew, whatever kind of file the number stands for by then
    [Fact]
    public void A_pipe_reopened_as_a_regular_file_is_registered_anew_by_an_update()
    {
        var pipe = NewPipe();
        string path = Path.GetTempFileName();
        int file = Descriptors.Open(path);
        int calls = 0;
        Loop.AddHandler(pipe.ReadEnd, (_, _) => calls++, IOEvents.Read);
        Descriptors.Replace(pipe.ReadEnd, file);
        Loop.UpdateHandler(pipe.ReadEnd, IOEvents.Read);
        RunTurns(2);
        calls.ShouldBe(2);
        Loop.RemoveHandler(pipe.ReadEnd);
        Descriptors.Close(file);
        File.Delete(path);
    }

    // Row: nothing ever escapes
    [Fact]
    public void A_logger_that_throws_ends_neither_a_turn_nor_closing()
    {
        var counter = NewEventFd(signalled: true);
        var loop = Fixture.Create(new IOLoopOptions { LoggerFactory = new ThrowingLoggerFactory() });
        int calls = 0;
        loop.AddHandler(counter.Number, (IOHandler)((_, _) =>
        {
            if (++calls == 2)
                loop.Stop();
            throw new FormatException("logged in vain");
        }), IOEvents.Read);
        Run(loop, "two calls");
        calls.ShouldBe(2);
        loop.AddCallback(() => { });
        loop.Close(); // reports the callback that never ran
        loop.IsClosed.ShouldBeTrue();
    }

    // Row: nothing ever escapes
    [Fact]
    public void A_continuation_of_a_wait_that_throws_is_reported_like_a_callback()
    {
        var counter = NewEventFd(signalled: true);
        InLoop("a wait", async () =>
        {
            var wait = Loop.WaitAsync(counter.Number, IOEvents.Read);
            var other = Loop.WaitAsync(counter.Number, IOEvents.Read).AsTask();
            Failures.Expected = true;
            wait.ConfigureAwait(false).GetAwaiter().UnsafeOnCompleted(() => throw new FormatException("in a continuation"));
            await Within(other);
        });
        Failures.All.ShouldHaveSingleItem().Exception.ShouldBeOfType<FormatException>();
    }

    // Row: Context
    [Fact]
    public void A_loop_started_where_flow_is_suppressed_leaves_it_suppressed_and_the_callers_context_as_it_was()
    {
        var local = new AsyncLocal<string?> { Value = "mine" };
        string? seen = "nothing";
        using (ExecutionContext.SuppressFlow())
        {
            Loop.SpawnCallback(() =>
            {
                seen = local.Value;
                Loop.Stop();
            });
            Run("a callback");
            ExecutionContext.IsFlowSuppressed().ShouldBeTrue();
        }
        seen.ShouldBeNull();
        local.Value.ShouldBe("mine");
    }

    // Row: TimeProvider, as PeriodicCallback
    [Fact]
    public void A_timer_skips_ticks_that_it_missed()
    {
        int ticks = 0;
        ITimer? timer = null;
        var before = Loop.Time;
        timer = Loop.TimeProvider.CreateTimer(_ =>
        {
            if (++ticks == 1)
            {
                SkipUnless(!Fixture.UsesVirtualTime, "its clock stands still while a callback runs");
                var first = Loop.Time;
                while (Loop.Time - first < TimeSpan.FromMilliseconds(200))
                    continue;
                return;
            }
            if (ticks == 2)
                return; // one that was due meanwhile, late; the others of that time are skipped
            timer!.Dispose();
            Loop.Stop();
        }, null, TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(80));
        Run("three ticks");
        // The first was due after 1 ms at the earliest and took 200: the next that was not missed is the one of 241 ms, or a later one.
        (Loop.Time - before).ShouldBeGreaterThanOrEqualTo(TimeSpan.FromMilliseconds(241));
    }

    private sealed class ThrowingLoggerFactory : ILoggerFactory, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public void AddProvider(ILoggerProvider provider)
        {
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => throw new ObjectDisposedException("logger");

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            throw new ObjectDisposedException("logger");

        public void Dispose()
        {
        }
    }
}
