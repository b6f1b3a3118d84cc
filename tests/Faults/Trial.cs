using System.Collections.Concurrent;
using IOLoops;
using Microsoft.Extensions.Logging;

namespace Faults;

/// <summary>What one run of a workload reports: exceptions that its calls threw, and what its loops logged.</summary>
internal sealed class Trial : ILoggerFactory, ILogger
{
    internal const int MostCalls = 20_000;

    private readonly ConcurrentQueue<Exception> _reports = new();
    private readonly TaskCompletionSource _logged = new();

    /// <summary>How long anything may take before it counts as stuck.</summary>
    internal static TimeSpan Patience { get; } =
        TimeSpan.FromSeconds(int.Parse(Environment.GetEnvironmentVariable("FAULTS_PATIENCE") ?? "10", null));

    internal IEnumerable<Exception> Reports => _reports;

    /// <summary>Whether the workload got all that it expects.</summary>
    internal bool IsComplete { get; set; }

    /// <summary>Ends when a loop has logged an error.</summary>
    internal Task Logged => _logged.Task;

    internal void Note(Exception exception) => _reports.Enqueue(exception);

    internal void Require(bool holds, string what)
    {
        if (!holds)
            Note(new WrongResultException(what));
    }

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (exception is null)
            return;
        Note(new IOException(formatter(state, exception), exception));
        _logged.TrySetResult();
    }

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Dispose()
    {
    }
}
