using IOLoops.Conformance;

namespace IOLoops.Tests.Polling;

public sealed class Afd_decisions() : LoopConformance(new AfdFixture());
