using IOLoops.Sources.Tests.Loops;
using Xunit;

namespace IOLoops.Sources.Tests.Folders;

// Alone: a child that another test starts holds a copy of every descriptor until its program begins, and the kernel reports a file as
// written, and a folder as gone, when the last copy is closed.

[Collection(nameof(Alone))]
public sealed class Folders_on_epoll() : FolderTests(new NativeFixture(PollerKind.Epoll));

[Collection(nameof(Alone))]
public sealed class Folders_on_poll() : FolderTests(new NativeFixture(PollerKind.Poll));

[Collection(nameof(Alone))]
public sealed class Folders_on_a_scheduler() : FolderTests(new SchedulerFixture());

[Collection(nameof(Alone))]
public sealed class Folders_in_a_context() : FolderTests(new ContextFixture());

[Collection(nameof(Alone))]
public sealed class Folders_on_a_main_thread() : FolderTests(new JoinableFixture());

[Collection(nameof(Alone))]
public sealed class Folders_on_a_blocked_main_thread() : FolderTests(new BlockedMainThreadFixture());
