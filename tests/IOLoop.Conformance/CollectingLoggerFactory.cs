using Microsoft.Extensions.Logging;

namespace IOLoops.Conformance;

/// <summary>Keeps what is logged.</summary>
public sealed class CollectingLoggerFactory : ILoggerFactory
{
    private readonly Lock _gate = new();
    private readonly List<LogEntry> _entries = [];

    /// <summary>The entries so far.</summary>
    public IReadOnlyList<LogEntry> Entries
    {
        get
        {
            lock (_gate)
                return [.. _entries];
        }
    }

    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) => new CollectingLogger(this);

    /// <inheritdoc/>
    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    internal void Add(LogEntry entry)
    {
        lock (_gate)
            _entries.Add(entry);
    }
}
