using IOLoops.Sources.Tests.Loops;

namespace IOLoops.Sources.Tests.Listening;

public sealed class Listeners_on_epoll() : ListenerTests(new NativeFixture(PollerKind.Epoll));

public sealed class Listeners_on_poll() : ListenerTests(new NativeFixture(PollerKind.Poll));

public sealed class Listeners_on_a_scheduler() : ListenerTests(new SchedulerFixture());

public sealed class Listeners_in_a_context() : ListenerTests(new ContextFixture());

public sealed class Listeners_on_a_main_thread() : ListenerTests(new JoinableFixture());

public sealed class Listeners_on_a_blocked_main_thread() : ListenerTests(new BlockedMainThreadFixture());
