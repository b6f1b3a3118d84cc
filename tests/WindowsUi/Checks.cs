namespace IOLoops.WindowsUi;

/// <summary>Counts and prints what holds.</summary>
internal static class Checks
{
    private static int s_passed;
    private static int s_failed;

    internal static void That(bool holds, string what, string figures = "")
    {
        if (holds)
            s_passed++;
        else
            s_failed++;
        Console.WriteLine($"{(holds ? "ok   " : "FAIL ")} {what}{(figures.Length > 0 ? ": " + figures : "")}");
    }

    internal static int Report()
    {
        Console.WriteLine($"{s_passed} passed, {s_failed} failed, 0 skipped");
        return s_failed == 0 && s_passed > 0 ? 0 : 1;
    }
}
