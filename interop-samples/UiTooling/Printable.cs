namespace IOLoops.Samples;

/// <summary>Arguments and names of files may hold anything: also line ends, and what would command a terminal.</summary>
internal static class Printable
{
    internal static string Of(string text) => text.Any(char.IsControl) ? string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c)) : text;

    internal static string Of(IEnumerable<string> commandLine) => Of(string.Join(' ', commandLine));
}
