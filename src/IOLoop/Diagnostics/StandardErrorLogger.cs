using System.Globalization;
using Microsoft.Extensions.Logging;

namespace IOLoops.Diagnostics;

/// <summary>
/// Where failures go when no logger factory was given: warnings and worse, to the standard error stream. Of a storm of one
/// kind only the first few of each second are written, and how many there were besides: writing them all would take longer
/// than what failed. Each kind has its own <see cref="EntryBudget"/>, so that no storm hides what is said once. Never throws.
/// </summary>
/// <param name="name">The loop's.</param>
/// <param name="writer">Where to; null: the standard error stream.</param>
/// <param name="clock">Null: the system's.</param>
internal sealed class StandardErrorLogger(string name, TextWriter? writer = null, TimeProvider? clock = null) : ILogger
{
    private readonly Lock _gate = new();
    private Dictionary<int, EntryBudget>? _budgets; // by event id; guarded by _gate. Most loops never fail

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel is >= LogLevel.Warning and < LogLevel.None;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (!IsEnabled(logLevel) || !BudgetOf(eventId).Admit())
            return;
        string text = $"[{name}] {logLevel}: {WithoutName(TextOf(eventId, state, exception, formatter))}";
        Write(exception is null ? text : text + Environment.NewLine + TextOf(exception));
    }

    /// <summary>Reports at once how many entries were suppressed.</summary>
    internal void Flush()
    {
        EntryBudget[] budgets;
        lock (_gate)
            budgets = _budgets is null ? [] : [.. _budgets.Values];
        foreach (var budget in budgets)
            budget.Flush();
    }

    private static string TextOf<TState>(EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        try
        {
            return formatter(state, exception);
        }
        catch (Exception failure)
        {
            return $"Event {eventId}, whose text could not be formatted: {failure.GetType()}.";
        }
    }

    private static string TextOf(Exception exception)
    {
        try
        {
            return exception.ToString();
        }
        catch (Exception failure)
        {
            return $"{exception.GetType()}, whose ToString threw {failure.GetType()}.";
        }
    }

    /// <summary>The loop's messages begin with its name, for loggers that serve many loops. Here it stands in front already.</summary>
    private string WithoutName(string text) => text.StartsWith(name + ": ", StringComparison.Ordinal) ? text[(name.Length + 2)..] : text;

    private EntryBudget BudgetOf(EventId eventId)
    {
        lock (_gate)
        {
            _budgets ??= [];
            if (!_budgets.TryGetValue(eventId.Id, out var budget))
                _budgets[eventId.Id] = budget = new EntryBudget(clock ?? TimeProvider.System, WriteSuppressed);
            return budget;
        }
    }

    private void WriteSuppressed(int count) => Write(string.Create(
        CultureInfo.InvariantCulture, $"[{name}] {LogLevel.Warning}: {count:N0} more entries within a second were suppressed."));

    private void Write(string text)
    {
        try
        {
            (writer ?? Console.Error).WriteLine(text);
        }
        catch (Exception)
        {
            // The stream is closed, or the writer that the application has put in its place fails: there is nowhere left to
            // say anything, and what is thrown from here would end the loop, or from the timer the process.
        }
    }
}
