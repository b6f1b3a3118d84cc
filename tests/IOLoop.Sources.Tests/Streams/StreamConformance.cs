using IOLoops.Sources.Tests.Loops;

namespace IOLoops.Sources.Tests.Streams;

public sealed class Streams_on_epoll() : StreamTests(new NativeFixture(PollerKind.Epoll));

public sealed class Streams_on_poll() : StreamTests(new NativeFixture(PollerKind.Poll));

public sealed class Streams_on_a_scheduler() : StreamTests(new SchedulerFixture());

public sealed class Streams_in_a_context() : StreamTests(new ContextFixture());

public sealed class Streams_on_a_main_thread() : StreamTests(new JoinableFixture());

public sealed class Streams_on_a_blocked_main_thread() : StreamTests(new BlockedMainThreadFixture());

public sealed class Socket_streams_on_poll() : SocketStreamTests(new NativeFixture(PollerKind.Poll));

public sealed class Socket_streams_on_a_scheduler() : SocketStreamTests(new SchedulerFixture());

public sealed class Socket_streams_on_a_main_thread() : SocketStreamTests(new JoinableFixture());
