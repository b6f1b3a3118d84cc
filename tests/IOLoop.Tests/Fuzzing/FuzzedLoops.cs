using IOLoops.Tests.Hosting;

namespace IOLoops.Tests.Fuzzing;

public sealed class Fuzzed_descriptors_on_epoll() : DescriptorFuzz(new NativeFixture(PollerKind.Epoll, WakerKind.EventFd));

public sealed class Fuzzed_descriptors_on_poll() : DescriptorFuzz(new NativeFixture(PollerKind.Poll, WakerKind.Pipe));

public sealed class Fuzzed_descriptors_on_a_strict_host() : DescriptorFuzz(new StrictHostFixture(isPumpable: false));

public sealed class Fuzzed_descriptors_on_a_strict_host_over_poll() : DescriptorFuzz(new StrictHostFixture(isPumpable: true, PollerKind.Poll));

public sealed class Fuzzed_descriptors_in_a_context() : DescriptorFuzz(new ContextFixture());

public sealed class Fuzzed_times_on_epoll() : TimeFuzz(new NativeFixture(PollerKind.Epoll, WakerKind.EventFd));

public sealed class Fuzzed_times_on_poll() : TimeFuzz(new NativeFixture(PollerKind.Poll, WakerKind.Pipe));

public sealed class Fuzzed_times_on_a_strict_host() : TimeFuzz(new StrictHostFixture(isPumpable: false));

public sealed class Fuzzed_times_on_a_strict_host_over_poll() : TimeFuzz(new StrictHostFixture(isPumpable: true, PollerKind.Poll));

public sealed class Fuzzed_times_in_a_context() : TimeFuzz(new ContextFixture());
