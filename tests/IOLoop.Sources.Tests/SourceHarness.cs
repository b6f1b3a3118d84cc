using System.Diagnostics;
using IOLoops.Conformance;
using Shouldly;

namespace IOLoops.Sources.Tests;

/// <summary>What tests of sources need beside a loop. Each suite is abstract and runs on every loop of <c>Loops</c>: one line for each.</summary>
public abstract class SourceHarness(LoopFixture fixture) : LoopHarness(fixture)
{
    /// <summary>Waits for what no event tells, while the loop runs its turns.</summary>
    protected async Task UntilAsync(Func<bool> condition, string what)
    {
        ArgumentNullException.ThrowIfNull(condition);
        long began = Stopwatch.GetTimestamp();
        while (!condition())
        {
            Stopwatch.GetElapsedTime(began).ShouldBeLessThan(Patience, $"waited in vain until {what}");
            await Turns(1);
        }
    }
}
