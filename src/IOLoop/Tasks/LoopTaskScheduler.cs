namespace IOLoops.Tasks;

/// <summary>Runs tasks on a loop, each as a callback.</summary>
internal sealed class LoopTaskScheduler : TaskScheduler
{
    private readonly IOLoop _loop;
    private readonly Action<Task> _run;

    internal LoopTaskScheduler(IOLoop loop)
    {
        _loop = loop;
        _run = task => TryExecuteTask(task);
    }

    public override int MaximumConcurrencyLevel => 1;

    // A task carries its own ExecutionContext. On a closed loop this throws, and the task fails with it.
    protected override void QueueTask(Task task) => _loop.SpawnCallback(_run, task);

    // A task that is queued already runs when its callback comes up, in order.
    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) =>
        !taskWasPreviouslyQueued && _loop.IsOnLoopThread && TryExecuteTask(task);

    // For debuggers, which are told that the list cannot be had: the queue holds callbacks, not tasks.
    protected override IEnumerable<Task> GetScheduledTasks() => throw new NotSupportedException("A loop's queue cannot be listed as tasks.");
}
