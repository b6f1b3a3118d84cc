using IOLoops.Conformance;

namespace IOLoops.VsThreading.Tests.Loops;

public sealed class JTF_over_a_single_threaded_context() : LoopConformance(new PumpFixture());

public sealed class JTF_over_a_hosted_loop() : LoopConformance(new HostedPumpFixture());

public sealed class JTF_over_a_loop_s_context() : LoopConformance(new LayeredFixture());
