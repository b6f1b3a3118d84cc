using Microsoft.Coyote;
using Microsoft.Coyote.SystematicTesting;

namespace IOLoops.Coyote;

/// <summary>Runs one test under many schedules.</summary>
internal static class Search
{
    /// <returns>What was found; null: nothing.</returns>
    internal static string? Run(Action test, bool everyField, uint schedules, uint seed, out int searched)
    {
        searched = 0;
        foreach (var strategy in Strategies(seed))
        {
            var configuration = strategy.WithTestingIterations(schedules).WithTelemetryEnabled(false).WithMaxSchedulingSteps(20_000)
                .WithFailureOnMaxStepsBoundEnabled(false)
                .WithAtomicOperationRaceCheckingEnabled(true).WithVolatileOperationRaceCheckingEnabled(true)
                .WithLockAccessRaceCheckingEnabled(true).WithMemoryAccessRaceCheckingEnabled(everyField)
                .WithPotentialDeadlocksReportedAsBugs(true).WithDeadlockTimeout(20_000)
                .WithPartiallyControlledConcurrencyAllowed(false);
            using var engine = TestingEngine.Create(configuration, () =>
            {
                Threads.Forget();
                Descriptors.Forget();
                test();
            });
            engine.Run();
            var report = engine.TestReport;
            searched += report.NumOfExploredFairPaths + report.NumOfExploredUnfairPaths;
            if (report.InternalErrors.Count > 0)
                throw new InvalidOperationException(report.InternalErrors.First());
            if (report.NumOfFoundBugs > 0)
                return report.BugReports.First();
        }
        return null;
    }

    /// <summary>One that runs the thread of the highest priority and changes these a few times, which finds what needs a thread to rest for long; and one that switches at random.</summary>
    private static IEnumerable<Configuration> Strategies(uint seed)
    {
        yield return Configuration.Create().WithRandomGeneratorSeed(seed).WithPrioritizationStrategy(isFair: true, priorityChangeBound: 5);
        yield return Configuration.Create().WithRandomGeneratorSeed(seed).WithRandomStrategy();
    }
}
