using Microsoft.Extensions.Logging;
using Soak.Checking;

namespace Soak.Loops;

/// <summary>What a loop logs. An entry that nothing explains is a violation.</summary>
internal sealed class LifeLog(Life life) : ILoggerFactory, ILogger
{
    // Event numbers of the loop's log.
    private const int Dropped = 3;
    private const int HostLost = 5;
    private const int Stranded = 13; // a workload awaits something while the loop is stopped for a moment

    private int _dropped;
    private int _lostHosts;

    /// <summary>How many callbacks the loop has reported as never run.</summary>
    internal int DroppedCallbacks => Volatile.Read(ref _dropped);

    internal int LostHosts => Volatile.Read(ref _lostHosts);

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider)
    {
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        switch (eventId.Id)
        {
            case Dropped when state is IReadOnlyList<KeyValuePair<string, object?>> values:
                // A native loop that was the host may have had a turn of the loop posted when that was closed.
                if (values.Any(value => Equals(value.Value, life.Loop.Name)))
                    Interlocked.Add(ref _dropped, values.Where(static value => value.Key == "Count").Sum(static value => (int)value.Value!));
                break;
            case HostLost:
                Interlocked.Increment(ref _lostHosts);
                break;
            case Stranded:
                break;
            default:
                life.Report(Violation.Failure, $"the loop logged: {formatter(state, exception)} {exception}");
                break;
        }
    }

    public void Dispose()
    {
    }
}
