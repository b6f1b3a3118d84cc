namespace IOLoops.Conformance;

/// <summary>
/// What every loop must do, as tests. Subscribe one with a line:
/// <c>public sealed class My_loop() : LoopConformance(new MyFixture());</c>
/// </summary>
public abstract partial class LoopConformance(LoopFixture fixture) : LoopHarness(fixture)
{
}
