using System.Reactive.Concurrency;
using IOLoops.Conformance;

namespace IOLoops.Rx.Tests.Loops;

public sealed class Wait_handles_of_a_scheduler() : WaitHandleConformance(new RxFixture("an EventLoopScheduler", () => new EventLoopScheduler()));

public sealed class Wait_handles_of_virtual_time() : WaitHandleConformance(new HistoricalFixture());
