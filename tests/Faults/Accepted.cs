namespace Faults;

/// <summary>A line of the file <c>accepted</c>: cases that are not run, for a reason that stands there.</summary>
internal sealed record Accepted(string Workload, string Call, string Errno, string Schedule)
{
    internal static IReadOnlyList<Accepted> Read(string path) =>
        [.. File.ReadLines(path).Where(line => line.Length > 0 && line[0] != '#').Select(Parse)];

    internal bool Covers(string workload, Case @case) =>
        Is(Workload, workload) && Is(Call, @case.Call.Name) && Is(Errno, @case.Errno) && Is(Schedule, @case.Schedule.Name);

    private static Accepted Parse(string line)
    {
        string[] fields = line.Split(' ', 5);
        return new Accepted(fields[0], fields[1], fields[2], fields[3]);
    }

    private static bool Is(string pattern, string value) => pattern == "*" || pattern.Split(',').Contains(value);
}
