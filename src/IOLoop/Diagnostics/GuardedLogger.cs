using Microsoft.Extensions.Logging;

namespace IOLoops.Diagnostics;

/// <summary>
/// The application's logger, which may be disposed before the loop is, or fail for reasons of its own: then the entry, and
/// the failure, go to the standard error stream. Nothing may escape from it into a turn, or keep a loop from closing.
/// </summary>
internal sealed class GuardedLogger(ILogger logger, StandardErrorLogger fallback) : ILogger
{
    internal StandardErrorLogger Fallback => fallback;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel)
    {
        try
        {
            return logger.IsEnabled(logLevel);
        }
        catch (Exception)
        {
            return true; // Log will find out, and say so
        }
    }

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        try
        {
            logger.Log(logLevel, eventId, state, exception, formatter);
        }
        catch (Exception failure)
        {
            fallback.Log(logLevel, eventId, state, exception, formatter);
            fallback.Log(LogLevel.Error, default, "The logger given to the loop failed.", failure, static (text, _) => text);
        }
    }
}
