using System.Reactive.Concurrency;
using IOLoops.Rx.Tests.Loops;

namespace IOLoops.Rx.Tests;

public sealed class Sources_over_epoll() : SourceTests(new OverPoller(PollerKind.Epoll));

public sealed class Sources_over_poll() : SourceTests(new OverPoller(PollerKind.Poll));

public sealed class Sources_on_an_event_loop_scheduler() : SourceTests(new RxFixture("an EventLoopScheduler", () => new EventLoopScheduler()));

public sealed class Sources_in_a_context() : SourceTests(new ContextFixture());

public sealed class Writing_over_epoll() : WriteToTests(new OverPoller(PollerKind.Epoll));

public sealed class Writing_over_poll() : WriteToTests(new OverPoller(PollerKind.Poll));

public sealed class Writing_on_an_event_loop_scheduler() : WriteToTests(new RxFixture("an EventLoopScheduler", () => new EventLoopScheduler()));

public sealed class Writing_in_a_context() : WriteToTests(new ContextFixture());
