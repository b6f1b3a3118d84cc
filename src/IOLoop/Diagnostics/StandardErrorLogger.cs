using Microsoft.Extensions.Logging;

namespace IOLoops.Diagnostics;

/// <summary>Where failures go when no logger factory was given: warnings and worse, to the standard error stream.</summary>
internal sealed class StandardErrorLogger(string name) : ILogger
{
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel is >= LogLevel.Warning and < LogLevel.None;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (!IsEnabled(logLevel))
            return;
        string text = $"[{name}] {logLevel}: {formatter(state, exception)}";
        try
        {
            Console.Error.WriteLine(exception is null ? text : text + Environment.NewLine + exception);
        }
        catch (IOException)
        {
            // The stream is closed: there is nowhere left to say anything.
        }
    }
}
