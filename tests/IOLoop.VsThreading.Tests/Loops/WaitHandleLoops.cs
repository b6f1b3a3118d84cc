using IOLoops.Conformance;

namespace IOLoops.VsThreading.Tests.Loops;

public sealed class Wait_handles_of_a_main_thread() : WaitHandleConformance(new PumpFixture());
