using IOLoops.Sources.Tests.Loops;

namespace IOLoops.Sources.Tests.Processes;

public sealed class Children_on_epoll() : ChildProcessTests(new NativeFixture(PollerKind.Epoll));

public sealed class Children_on_poll() : ChildProcessTests(new NativeFixture(PollerKind.Poll));

public sealed class Children_on_a_scheduler() : ChildProcessTests(new SchedulerFixture());

public sealed class Children_in_a_context() : ChildProcessTests(new ContextFixture());

public sealed class Children_on_a_main_thread() : ChildProcessTests(new JoinableFixture());

public sealed class Children_on_a_blocked_main_thread() : ChildProcessTests(new BlockedMainThreadFixture());
