using IOLoops.Conformance;

namespace IOLoops.Sources.Tests;

/// <summary>What tests of sources need beside a loop. Each suite is abstract and runs on every loop of <c>Loops</c>: one line for each.</summary>
public abstract class SourceHarness(LoopFixture fixture) : LoopHarness(fixture)
{
}
