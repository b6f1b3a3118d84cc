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

public sealed class Rx_over_a_scheduler_that_runs_at_once_what_its_thread_schedules() : LoopConformance(
    new RxFixture("a scheduler that runs inline", () => new InlineScheduler()));

public sealed class Rx_over_an_event_loop_scheduler_with_a_handler() : LoopConformance(
    new RxFixture("an EventLoopScheduler behind Catch", () => new EventLoopScheduler(), wrap: Wraps.Catch));

public sealed class Rx_over_an_event_loop_scheduler_without_optimizations() : LoopConformance(
    new RxFixture("an EventLoopScheduler behind DisableOptimizations", () => new EventLoopScheduler(), wrap: Wraps.DisableOptimizations));

public sealed class Rx_over_virtual_time_with_a_handler() : LoopConformance(new HistoricalFixture(Wraps.Catch));
