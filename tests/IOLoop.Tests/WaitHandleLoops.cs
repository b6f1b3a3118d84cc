using IOLoops.Conformance;
using IOLoops.Tests.Hosting;

namespace IOLoops.Tests;

public sealed class Wait_handles_of_a_native_loop() : WaitHandleConformance(new NativeFixture(PollerKind.Default, WakerKind.Default));

public sealed class Wait_handles_of_a_native_loop_over_poll() : WaitHandleConformance(new NativeFixture(PollerKind.Poll, WakerKind.Default));

public sealed class Wait_handles_of_a_strict_host() : WaitHandleConformance(new StrictHostFixture(isPumpable: false, PollerKind.Default));

public sealed class Wait_handles_of_a_strict_pumped_host() : WaitHandleConformance(new StrictHostFixture(isPumpable: true, PollerKind.Default));

public sealed class Wait_handles_of_a_synchronization_context() : WaitHandleConformance(new ContextFixture(PollerKind.Default));
