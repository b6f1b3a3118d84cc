using IOLoops.Conformance;

namespace IOLoops.Tests.Hosting;

public sealed class A_strict_host() : LoopConformance(new StrictHostFixture(isPumpable: false));

public sealed class A_strict_host_over_poll() : LoopConformance(new StrictHostFixture(isPumpable: false, PollerKind.Poll));

public sealed class A_strict_pumped_host() : LoopConformance(new StrictHostFixture(isPumpable: true));

public sealed class A_strict_host_that_nests_turns() : LoopConformance(new StrictHostFixture(isPumpable: true, mayNest: true));

public sealed class A_strict_host_that_runs_at_once_what_its_thread_posts() : LoopConformance(new StrictHostFixture(isPumpable: false, runsInline: true));

public sealed class A_synchronization_context() : LoopConformance(new ContextFixture());

public sealed class A_synchronization_context_that_runs_at_once_what_it_posts() : LoopConformance(new ContextFixture(runsInline: true));

public sealed class A_synchronization_context_of_the_pool() : LoopConformance(new PoolContextFixture());

public sealed class A_strict_pumped_host_over_poll() : LoopConformance(new StrictHostFixture(isPumpable: true, PollerKind.Poll));

public sealed class A_synchronization_context_over_poll() : LoopConformance(new ContextFixture(PollerKind.Poll));
