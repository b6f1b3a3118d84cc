using System.Diagnostics;
using IOLoops.Conformance;

namespace IOLoops.Sources.Tests;

/// <summary>What tests of sources need beside a loop. Each suite is abstract and runs on every loop of <c>Loops</c>: one line for each.</summary>
public abstract class SourceHarness(LoopFixture fixture) : LoopHarness(fixture)
{
    /// <summary>Skips what qemu-user, under which <c>.ci/portability</c> runs arm64 code, does not emulate.</summary>
    protected void SkipUnderQemu(string missing) =>
        SkipUnless(Environment.GetEnvironmentVariable("QEMU_LD_PREFIX") is null, $"qemu-user: {missing}");

    /// <summary>Waits for what no event tells, while the loop runs its turns.</summary>
    protected async Task UntilAsync(Func<bool> condition, Func<string> what)
    {
        ArgumentNullException.ThrowIfNull(condition);
        ArgumentNullException.ThrowIfNull(what);
        long began = Stopwatch.GetTimestamp();
        while (!condition())
        {
            if (Stopwatch.GetElapsedTime(began) > Patience)
                throw new TimeoutException($"Did not happen in time: {what()}");
            await Turns(1);
        }
    }
}
