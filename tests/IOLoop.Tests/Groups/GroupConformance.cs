using IOLoops.Conformance;

namespace IOLoops.Tests.Groups;

public sealed class Loop_of_a_group() : LoopConformance(new GroupFixture(LoopDistribution.RoundRobin));
