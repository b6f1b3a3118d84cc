namespace IOLoops.Samples;

/// <summary>The same server on one kind of loop after the other, and a table.</summary>
internal static class Demonstration
{
    /// <exception cref="ExitException">A loop did not serve as it should.</exception>
    internal static void Run(Options options)
    {
        IReadOnlyList<LoopKind> kinds = options.Loop is { } only ? [only] : LoopKinds.All;
        Report.PrintPlan(options);
        var results = new List<TrialResult>();
        foreach (var kind in kinds)
            results.Add(new Trial(kind, options).Run());
        Report.PrintTable(results);
    }
}
