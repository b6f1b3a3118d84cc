namespace Faults;

/// <summary>A call of the C library: a line of the file <c>calls</c>.</summary>
/// <param name="Name">The function's.</param>
/// <param name="Words">One of them must be in what reports its failure.</param>
/// <param name="Errnos">What it is failed with; empty: it is not failed.</param>
internal sealed record Call(string Name, IReadOnlyList<string> Words, IReadOnlyList<string> Errnos)
{
    internal static IReadOnlyList<Call> Read(string path) =>
        [.. File.ReadLines(path).Where(line => line.Length > 0 && line[0] != '#').Select(Parse)];

    private static Call Parse(string line)
    {
        string[] fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return fields[1] == "NOFAIL"
            ? new Call(fields[0], [], [])
            : new Call(fields[0], [.. fields[2].Replace('_', ' ').Split('|'), .. fields[2].Split('|')], [.. ErrnoNames.Common.Union(fields[3..])]);
    }
}
