using System.Globalization;

namespace IOLoops.Samples.Tests;

/// <summary>What this process has of what a command needs: children, ptys, pidfds.</summary>
internal static class Belongings
{
    internal static IReadOnlyList<string> List() => [.. Children(), .. Descriptors()];

    /// <summary>Whether a process has ended and was not reaped.</summary>
    internal static bool IsZombie(int process) => Fields(process.ToString(CultureInfo.InvariantCulture)) is ["Z", ..];

    private static IEnumerable<string> Children()
    {
        string self = Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        return Directory.EnumerateDirectories("/proc").Select(Path.GetFileName)
            .Where(name => char.IsAsciiDigit(name![0]) && Fields(name) is [_, var parent, ..] && parent == self)
            .Select(name => $"process {name}");
    }

    private static IEnumerable<string> Descriptors() => Directory.EnumerateFiles("/proc/self/fd")
        .Select(file => $"{file} {new FileInfo(file).LinkTarget}")
        .Where(text => text.Contains("ptmx", StringComparison.Ordinal) || text.Contains("pidfd", StringComparison.Ordinal));

    // After the name, which may hold blanks and parentheses: state, parent, and more. Empty: it has gone.
    private static string[] Fields(string process)
    {
        try
        {
            string text = File.ReadAllText($"/proc/{process}/stat");
            return text[(text.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (IOException)
        {
            return [];
        }
    }
}
