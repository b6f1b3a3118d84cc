using IOLoops.Sources.Tests.Loops;
using IOLoops.Sources.Tests.Processes;

namespace IOLoops.Portability;

public sealed class Windows_children_on_a_native_loop() : WindowsChildTests(new NativeFixture(PollerKind.Default));

public sealed class Windows_children_on_a_scheduler() : WindowsChildTests(new SchedulerFixture());

public sealed class Windows_children_on_a_main_thread() : WindowsChildTests(new JoinableFixture());

public sealed class Windows_pipes_on_a_native_loop() : WindowsPipeTests(new NativeFixture(PollerKind.Default));

public sealed class Windows_pipes_on_a_scheduler() : WindowsPipeTests(new SchedulerFixture());

public sealed class Windows_pipes_in_a_context() : WindowsPipeTests(new ContextFixture());

public sealed class Windows_pipes_on_a_main_thread() : WindowsPipeTests(new JoinableFixture());
