using Microsoft.Extensions.Logging;

namespace IOLoops.Tests.Hosting;

/// <summary>Loggers that call back, as one that shows its entries in a window does.</summary>
internal sealed class CallingLoggerFactory(Action onLog) : ILoggerFactory, ILogger
{
    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider)
    {
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => onLog();

    public void Dispose()
    {
    }
}
