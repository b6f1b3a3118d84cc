using IOLoops.Conformance;

namespace IOLoops.Samples.Tests;

public sealed class A_loop_in_GLib() : LoopConformance(new GLibFixture());

public sealed class A_loop_in_GLib_that_gives_way() : LoopConformance(new GLibFixture(givesWay: true));
