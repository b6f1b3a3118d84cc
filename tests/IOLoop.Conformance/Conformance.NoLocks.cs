using Microsoft.Extensions.Logging;
using Shouldly;
using Xunit;

namespace IOLoops.Conformance;

public abstract partial class LoopConformance
{
    // Row: Whose code runs where (under no lock)
    [Fact]
    public void Another_thread_may_call_the_loop_while_the_user_s_code_of_any_kind_runs()
    {
        var seen = new SortedSet<string>();
        var blocked = new List<string>();
        var unused = NewPipe();
        IOLoop loop = null!;
        void CallFromElsewhere(string kind)
        {
            lock (seen)
            {
                if (!seen.Add(kind))
                    return;
            }
            // Bounded: a call that waits for the code here would never end.
            if (Record.Exception(() => OtherThread.Run(CallAll)) is { } exception)
                blocked.Add($"{kind}: {exception.Message}"); // which the loop would take for a failure of that code
        }
        void CallAll()
        {
            loop.AddCallback(static () => { });
            loop.AddCallbackFromSignal(static () => { });
            loop.TryAddCallback(static () => { });
            _ = loop.Time;
            _ = loop.RemoveHandlerAsync(unused.ReadEnd).AsTask();
            Record.Exception(() => loop.AddHandler(unused.WriteEnd, (_, _) => { }, IOEvents.None)); // refused while the loop runs
            Record.Exception(() => loop.RemoveHandler(unused.WriteEnd));
        }
        loop = Fixture.Create(new IOLoopOptions { LoggerFactory = new CallingLogger(() => CallFromElsewhere("logger")) });
        UseLoop(loop);
        var counter = NewEventFd(signalled: true);
        var pipe = NewPipe();
        bool watches = false;
        var local = new AsyncLocal<int>(_ =>
        {
            if (watches && loop.IsOnLoopThread)
                CallFromElsewhere("AsyncLocal");
        });
        var handle = new HookedHandle(Descriptors.Duplicate(pipe.ReadEnd), () => CallFromElsewhere("ReleaseHandle"));
        loop.AddHandler(counter.Number, (_, _) => CallFromElsewhere("handler"), IOEvents.Read);
        loop.AddHandler(handle, (_, _) => { }, IOEvents.Read);
        loop.AddCallback(() =>
        {
            CallFromElsewhere("callback");
            OnFailure(loop.WaitAsync(pipe.ReadEnd, IOEvents.Read), _ => CallFromElsewhere("continuation"));
            handle.Dispose();
            loop.RemoveHandler(handle);
            loop.RemoveHandler(pipe.ReadEnd);
            loop.CallLater(TimeSpan.Zero, () => CallFromElsewhere("timeout"));
            watches = true;
            local.Value = 1;
        });
        loop.AddCallback(() => throw new TestException());
        RunTurns(5);
        watches = false;
        blocked.ShouldBeEmpty();
        seen.ShouldBe(["AsyncLocal", "ReleaseHandle", "callback", "continuation", "handler", "logger", "timeout"], ignoreOrder: true);
        loop.Close();
    }

    private sealed class CallingLogger(Action called) : ILoggerFactory, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public void AddProvider(ILoggerProvider provider)
        {
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => called();

        public void Dispose()
        {
        }
    }
}
