namespace IOLoops.Rx.Tests;

public sealed class Scheduler_over_epoll() : SchedulerTests(PollerKind.Epoll);

public sealed class Scheduler_over_poll() : SchedulerTests(PollerKind.Poll);
