using IOLoops.Conformance;

namespace IOLoops.Samples.Tests;

public sealed class A_loop_in_GLib() : LoopConformance(new GLibFixture());
