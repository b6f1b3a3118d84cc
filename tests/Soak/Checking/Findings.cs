namespace Soak.Checking;

/// <summary>All violations. Each is printed at once, until there are many of its kind.</summary>
internal sealed class Findings(int seed)
{
    private const int MostPrinted = 5; // of one kind, for one kind of loop

    private readonly Dictionary<(string Loop, Violation Violation), int> _counts = []; // guarded by itself

    /// <summary>The round that runs, for the report.</summary>
    internal int Round { get; set; }

    /// <summary>The name under which the process itself is reported.</summary>
    internal const string Process = "process";

    internal void Report(string loop, Violation violation, string what)
    {
        lock (_counts)
        {
            int count = _counts[(loop, violation)] = _counts.GetValueOrDefault((loop, violation)) + 1;
            if (count <= MostPrinted)
                Console.WriteLine($"VIOLATION {violation} {loop}: {what} (seed {seed}, round {Round})");
            if (count == MostPrinted)
                Console.WriteLine($"More of {violation} {loop} are only counted.");
        }
    }

    internal int Of(string loop)
    {
        lock (_counts)
            return _counts.Where(entry => entry.Key.Loop == loop).Sum(static entry => entry.Value);
    }

    internal int Of(string loop, Violation violation)
    {
        lock (_counts)
            return _counts.GetValueOrDefault((loop, violation));
    }

    internal IReadOnlyList<string> Summary(string loop)
    {
        lock (_counts)
            return [.. _counts.Where(entry => entry.Key.Loop == loop).Select(static entry => $"{entry.Value} {entry.Key.Violation}")];
    }
}
