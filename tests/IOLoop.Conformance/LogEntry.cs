using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;

namespace IOLoops.Conformance;

/// <summary>One thing that was logged.</summary>
public sealed partial record LogEntry(LogLevel Level, string Message, Exception? Exception)
{
    /// <summary>Whether the message holds this number.</summary>
    public bool Counts(int number) =>
        Number().Matches(Message).Any(match => match.Value == number.ToString(CultureInfo.InvariantCulture));

    [GeneratedRegex(@"\d+")]
    private static partial Regex Number();
}
