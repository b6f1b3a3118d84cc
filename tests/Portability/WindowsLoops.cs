using IOLoops.Conformance;
using IOLoops.Tests;
using IOLoops.Tests.Hosting;

namespace IOLoops.Portability;

// The suites of loops that only Windows has. Here, so that elsewhere they are no thousands of skipped tests.

public sealed class Afd_with_completion_packet() : LoopConformance(new NativeFixture(PollerKind.Afd, WakerKind.CompletionPacket));

public sealed class Native_afd_with_completion_packet() : NativeTests(new NativeFixture(PollerKind.Afd, WakerKind.CompletionPacket));

public sealed class Sockets_of_afd() : SocketTests(new NativeFixture(PollerKind.Afd, WakerKind.Default));

public sealed class A_strict_host_over_afd() : LoopConformance(new StrictHostFixture(isPumpable: false, PollerKind.Afd));

public sealed class A_strict_pumped_host_over_afd() : LoopConformance(new StrictHostFixture(isPumpable: true, PollerKind.Afd));

public sealed class A_strict_host_that_shares_its_port() : LoopConformance(new StrictHostFixture(isPumpable: false, PollerKind.Afd, sharesPort: true));

public sealed class A_synchronization_context_over_afd() : LoopConformance(new ContextFixture(PollerKind.Afd));

public sealed class Windows_messages() : LoopConformance(new WindowsMessageFixture());
