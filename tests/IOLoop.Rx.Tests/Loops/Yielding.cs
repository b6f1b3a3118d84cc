using System.Reactive.Concurrency;
using IOLoops.Conformance;

namespace IOLoops.Rx.Tests.Loops;

public sealed class Rx_yielding_to_two_queues() : YieldingConformance(new SchedulerTwoQueueFixture());

public sealed class Rx_yielding_to_two_queues_behind_a_task_scheduler() : YieldingConformance(new TaskTwoQueueFixture());

/// <summary>Rx loops over the task scheduler of a SynchronizationContext that serves what is posted before everything else.</summary>
internal sealed class TaskTwoQueueFixture() : TwoQueueFixture(
    "Rx over tasks", drains: false, static (context, options) => new RxIOLoop(Scheduler(context), options), new HostedIOLoopOptions().TurnBudget)
{
    private readonly TwoQueueContext _measured = new();

    public override long BytesPerTurn => PostCost.Of(Scheduler(_measured));

    private static TaskPoolScheduler Scheduler(TwoQueueContext context)
    {
        TaskScheduler? tasks = null;
        context.Send(_ => tasks = TaskScheduler.FromCurrentSynchronizationContext(), null);
        return new TaskPoolScheduler(new TaskFactory(tasks!));
    }

    protected override void Dispose(bool disposing)
    {
        _measured.Dispose();
        base.Dispose(disposing);
    }
}

/// <summary>Rx loops over the scheduler of a SynchronizationContext that serves what is posted before everything else.</summary>
internal sealed class SchedulerTwoQueueFixture() : TwoQueueFixture(
    "Rx", drains: false, static (context, options) => new RxIOLoop(new SynchronizationContextScheduler(context), options), new HostedIOLoopOptions().TurnBudget)
{
    private readonly TwoQueueContext _measured = new();

    public override long BytesPerTurn => PostCost.Of(new SynchronizationContextScheduler(_measured));

    protected override void Dispose(bool disposing)
    {
        _measured.Dispose();
        base.Dispose(disposing);
    }
}
