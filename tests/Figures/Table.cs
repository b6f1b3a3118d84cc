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
        var busy = threads.Where(line => line.Calls != "none").ToList();
        string calls = busy.Count == 0 ? "0"
            : threads is [{ Key.Role: "loop" }] ? busy[0].Calls
            : string.Join("; ", busy.Select(line => $"{line.Key.Role}: {line.Calls}"));
        return threads[0].Bytes is > 0 and var bytes ? string.Create(CultureInfo.InvariantCulture, $"{calls}; {bytes} bytes") : calls;
    }
}
