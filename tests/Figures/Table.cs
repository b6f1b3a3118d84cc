using System.Globalization;

namespace Figures;

/// <summary>The figures as a table of a document: a row for each operation, a column for each kind of loop.</summary>
internal static class Table
{
    internal static void Write(IEnumerable<Expectation> all, string[] kinds)
    {
        var lines = all.Where(line => kinds.Contains(line.Key.Kind)).ToList();
        Console.WriteLine($"| Operation | {string.Join(" | ", kinds)} |");
        Console.WriteLine($"|---|{string.Concat(kinds.Select(_ => "---|"))}");
        foreach (string figure in lines.Select(line => line.Key.Figure).Distinct())
        {
            var cells = kinds.Select(kind => Cell([.. lines.Where(line => line.Key.Kind == kind && line.Key.Figure == figure)]));
            Console.WriteLine($"| {figure} | {string.Join(" | ", cells)} |");
        }
    }

    private static string Cell(Expectation[] threads)
    {
        if (threads.Length == 0)
            return "";
        var busy = threads.Where(line => line.Calls != "none" || line.Bytes > 0).ToList();
        return busy.Count == 0 ? "0"
            : threads is [{ Key.Role: "loop" }] ? Figure(busy[0])
            : string.Join("; ", busy.Select(line => $"{line.Key.Role}: {Figure(line)}"));
    }

    private static string Figure(Expectation line)
    {
        string calls = line.Calls == "none" ? "0" : line.Calls;
        return line.Bytes > 0 ? string.Create(CultureInfo.InvariantCulture, $"{calls} ({line.Bytes} bytes)") : calls;
    }
}
