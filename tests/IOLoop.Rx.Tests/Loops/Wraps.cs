using System.Reactive.Concurrency;

namespace IOLoops.Rx.Tests.Loops;

/// <summary>What people put around their schedulers.</summary>
internal static class Wraps
{
    internal static IScheduler Catch(IScheduler scheduler) => scheduler.Catch<InvalidTimeZoneException>(static _ => false);

    internal static IScheduler DisableOptimizations(IScheduler scheduler) => scheduler.DisableOptimizations();
}
