using IOLoops.Sources.Tests.Loops;
using Xunit;

namespace IOLoops.Sources.Tests.Processes;

[Collection(nameof(Alone))]
public sealed class Crowds_on_epoll() : CrowdTests(new NativeFixture(PollerKind.Epoll), rounds: 20);

[Collection(nameof(Alone))]
public sealed class Crowds_on_poll() : CrowdTests(new NativeFixture(PollerKind.Poll), rounds: 2);

[Collection(nameof(Alone))]
public sealed class Crowds_on_a_scheduler() : CrowdTests(new SchedulerFixture(), rounds: 2);

[Collection(nameof(Alone))]
public sealed class Crowds_in_a_context() : CrowdTests(new ContextFixture(), rounds: 2);

[Collection(nameof(Alone))]
public sealed class Crowds_on_a_main_thread() : CrowdTests(new JoinableFixture(), rounds: 2);

[Collection(nameof(Alone))]
public sealed class Crowds_on_a_blocked_main_thread() : CrowdTests(new BlockedMainThreadFixture(), rounds: 2);
