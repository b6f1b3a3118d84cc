namespace IOLoops.Samples;

/// <summary>All steps with the same customers: what they say must be the same.</summary>
internal static class Comparison
{
    /// <exception cref="ExitException">It is not.</exception>
    internal static void Run()
    {
        IReadOnlyList<string>? first = null;
        foreach (var step in Steps.All)
        {
            var journal = Trial.Run(step, first is null ? Console.WriteLine : _ => { });
            if (first is not null)
                Compare(step, first, journal.Lines);
            else
                Console.WriteLine();
            first ??= journal.Lines;
            Console.WriteLine($"step {step.Number}  {step.Title,-34} {journal.Lines.Count} lines{(step.Number == 1 ? "," : ", the same,")} on thread {journal.Threads.Single()}");
        }
    }

    private static void Compare(Step step, IReadOnlyList<string> expected, IReadOnlyList<string> lines)
    {
        int same = expected.Zip(lines).TakeWhile(pair => pair.First == pair.Second).Count();
        if (same < expected.Count || same < lines.Count)
            throw new ExitException(ExitException.Failed, $"step {step.Number} differs from step 1 in line {same + 1}: '{expected.ElementAtOrDefault(same)}' became '{lines.ElementAtOrDefault(same)}'");
    }
}
