using IOLoops.Sources.Tests.Loops;
using Xunit;

namespace IOLoops.Sources.Tests.Folders;

[Collection(nameof(Alone))]
public sealed class Folder_leaks_on_epoll() : FolderLeakTests(new NativeFixture(PollerKind.Epoll));

[Collection(nameof(Alone))]
public sealed class Folder_leaks_on_poll() : FolderLeakTests(new NativeFixture(PollerKind.Poll));

[Collection(nameof(Alone))]
public sealed class Folder_leaks_on_a_scheduler() : FolderLeakTests(new SchedulerFixture());

[Collection(nameof(Alone))]
public sealed class Folder_leaks_in_a_context() : FolderLeakTests(new ContextFixture());

[Collection(nameof(Alone))]
public sealed class Folder_leaks_on_a_main_thread() : FolderLeakTests(new JoinableFixture());

[Collection(nameof(Alone))]
public sealed class Folder_leaks_on_a_blocked_main_thread() : FolderLeakTests(new BlockedMainThreadFixture());
