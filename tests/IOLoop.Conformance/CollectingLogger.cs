using Microsoft.Extensions.Logging;

namespace IOLoops.Conformance;

internal sealed class CollectingLogger(CollectingLoggerFactory owner) : ILogger
{
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        owner.Add(new LogEntry(logLevel, formatter(state, exception), exception));
}
