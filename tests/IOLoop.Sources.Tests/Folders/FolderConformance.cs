using IOLoops.Sources.Tests.Loops;

namespace IOLoops.Sources.Tests.Folders;

public sealed class Folders_on_epoll() : FolderTests(new NativeFixture(PollerKind.Epoll));

public sealed class Folders_on_poll() : FolderTests(new NativeFixture(PollerKind.Poll));

public sealed class Folders_on_a_scheduler() : FolderTests(new SchedulerFixture());

public sealed class Folders_in_a_context() : FolderTests(new ContextFixture());

public sealed class Folders_on_a_main_thread() : FolderTests(new JoinableFixture());

public sealed class Folders_on_a_blocked_main_thread() : FolderTests(new BlockedMainThreadFixture());
