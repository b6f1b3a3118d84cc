using System.Globalization;
using Soak.Checking;
using Soak.Resources;

namespace Soak;

/// <summary>The table at the end, and what has passed.</summary>
internal sealed class Report(Findings findings, KindRunner[] kinds, ResourceCheck resources, bool hasLookedAtIdle)
{
    private int _passed;
    private int _failed;
    private int _skipped;

    internal bool Print(TimeSpan duration)
    {
        var works = Enum.GetValues<Work>();
        Console.WriteLine();
        Console.WriteLine($"{duration.TotalMinutes.ToString("0.0", CultureInfo.InvariantCulture)} minutes");
        Console.WriteLine($"| Loop | Rounds | {string.Join(" | ", works.Select(static work => work.ToString()))} | Violations |");
        Console.WriteLine($"|---|{string.Concat(Enumerable.Repeat("---|", works.Length + 2))}");
        foreach (var kind in kinds)
        {
            var counts = works.Select(work => kind.Tally[work].ToString("#,0", CultureInfo.InvariantCulture));
            Console.WriteLine($"| `{kind.Kind.Name}` | {kind.Tally.Rounds} | {string.Join(" | ", counts)} | {Violations(kind.Kind.Name)} |");
        }
        Console.WriteLine();
        Console.WriteLine(resources.Memory);
        foreach (var kind in kinds)
            Count($"{kind.Kind.Name}: {Violations(kind.Kind.Name)} violations", findings.Of(kind.Kind.Name) == 0, wasChecked: true);
        foreach (var violation in (Violation[])[Violation.Descriptors, Violation.Threads, Violation.Children, Violation.Handles])
            Count($"nothing left when all loops are closed: {violation} ({resources.Closings} times)", Has(violation), resources.Closings > 0);
        foreach (var violation in (Violation[])[Violation.Managed, Violation.Private])
            Count($"memory does not grow: {violation}", Has(violation), resources.HasJudgedMemory);
        Count("idle loops do not wake up", Has(Violation.Awake), hasLookedAtIdle);
        Console.WriteLine($"{_passed} passed, {_failed} failed, {_skipped} skipped");
        return _failed == 0;
    }

    private bool Has(Violation violation) => findings.Of(Findings.Process, violation) == 0;

    private string Violations(string loop) => findings.Summary(loop) is { Count: > 0 } some ? string.Join(", ", some) : "0";

    private void Count(string name, bool isGood, bool wasChecked)
    {
        string result = !isGood ? "FAIL" : wasChecked ? "ok  " : "skip";
        _failed += isGood ? 0 : 1;
        _passed += isGood && wasChecked ? 1 : 0;
        _skipped += isGood && !wasChecked ? 1 : 0;
        Console.WriteLine($"{result}  {name}");
    }
}
