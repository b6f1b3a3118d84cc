using IOLoops.Sources.Tests.Loops;

namespace IOLoops.Sources.Tests.Serial;

public sealed class Serial_lines_on_epoll() : SerialTests(new NativeFixture(PollerKind.Epoll));

public sealed class Serial_lines_on_poll() : SerialTests(new NativeFixture(PollerKind.Poll));

public sealed class Serial_lines_on_a_scheduler() : SerialTests(new SchedulerFixture());

public sealed class Serial_lines_in_a_context() : SerialTests(new ContextFixture());

public sealed class Serial_lines_on_a_main_thread() : SerialTests(new JoinableFixture());

public sealed class Serial_lines_on_a_blocked_main_thread() : SerialTests(new BlockedMainThreadFixture());
