using IOLoops.Conformance;

namespace IOLoops.Tests.Hosting;

public sealed class A_strict_host() : LoopConformance(new StrictHostFixture(isPumpable: false));

public sealed class A_strict_host_over_poll() : LoopConformance(new StrictHostFixture(isPumpable: false, PollerKind.Poll));

public sealed class A_strict_pumped_host() : LoopConformance(new StrictHostFixture(isPumpable: true));

public sealed class A_strict_host_that_nests_turns() : LoopConformance(new StrictHostFixture(isPumpable: true, mayNest: true));

public sealed class A_synchronization_context() : LoopConformance(new ContextFixture());

public sealed class A_strict_pumped_host_over_poll() : LoopConformance(new StrictHostFixture(isPumpable: true, PollerKind.Poll));

public sealed class A_synchronization_context_over_poll() : LoopConformance(new ContextFixture(PollerKind.Poll));
