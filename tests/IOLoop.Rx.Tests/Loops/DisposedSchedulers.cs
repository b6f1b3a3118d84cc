namespace IOLoops.Rx.Tests.Loops;

public sealed class A_disposed_scheduler() : DisposedSchedulerTests(static scheduler => scheduler);

public sealed class A_disposed_scheduler_behind_a_handler() : DisposedSchedulerTests(Wraps.Catch);
