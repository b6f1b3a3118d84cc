using IOLoops.Sources.Tests.Loops;

namespace IOLoops.Sources.Tests.Terminals;

public sealed class Terminals_on_epoll() : PseudoTerminalTests(new NativeFixture(PollerKind.Epoll));

public sealed class Terminals_on_poll() : PseudoTerminalTests(new NativeFixture(PollerKind.Poll));

public sealed class Terminals_on_a_scheduler() : PseudoTerminalTests(new SchedulerFixture());

public sealed class Terminals_in_a_context() : PseudoTerminalTests(new ContextFixture());

public sealed class Terminals_on_a_main_thread() : PseudoTerminalTests(new JoinableFixture());

public sealed class Terminals_on_a_blocked_main_thread() : PseudoTerminalTests(new BlockedMainThreadFixture());
