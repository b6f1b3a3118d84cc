using System.Reactive.Concurrency;
using IOLoops.Conformance;

namespace IOLoops.Rx.Tests.Loops;

public sealed class Rx_over_an_event_loop_scheduler() : LoopConformance(
    new RxFixture("an EventLoopScheduler", () => new EventLoopScheduler()));

public sealed class Rx_over_the_task_pool() : LoopConformance(
    new RxFixture("the task pool", () => new TaskPoolScheduler(new TaskFactory()), hasOwnThread: false));

public sealed class Rx_over_the_thread_pool() : LoopConformance(
    new RxFixture("the thread pool", () => ThreadPoolScheduler.Instance, hasOwnThread: false));

public sealed class Rx_over_new_threads() : LoopConformance(
    new RxFixture("new threads", () => new NewThreadScheduler(), hasOwnThread: false));

public sealed class Rx_over_a_synchronization_context() : LoopConformance(new ContextSchedulerFixture());

public sealed class Rx_over_virtual_time() : LoopConformance(new HistoricalFixture());

public sealed class Rx_over_a_loop_s_scheduler() : LoopConformance(new LayeredFixture());
