using System.Reflection;

namespace IOLoops.Tasks;

/// <summary>Runs tasks on a loop, each as a callback.</summary>
internal sealed class LoopTaskScheduler : TaskScheduler
{
    // A task has no public member for what it calls. Debuggers read this field, too. Only diagnostics use it: without it they name less.
    private static readonly FieldInfo? TaskAction = typeof(Task).GetField("m_action", BindingFlags.Instance | BindingFlags.NonPublic);

    private readonly IOLoop _loop;
    private readonly Action<Task> _run;

    internal LoopTaskScheduler(IOLoop loop)
    {
        _loop = loop;
        _run = Run;
    }

    /// <summary>Whether it is what tasks are run with.</summary>
    internal static bool IsCarrier(Delegate callback) => callback.Target is LoopTaskScheduler;

    /// <summary>What a task calls; null: not known, or it is over.</summary>
    internal static Delegate? Original(Task task) => TaskAction?.GetValue(task) as Delegate;

    public override int MaximumConcurrencyLevel => 1;

    // A task carries its own ExecutionContext. On a closed loop this throws, and the task fails with it.
    protected override void QueueTask(Task task) => _loop.SpawnCallback(_run, task);

    // A task that is queued already runs when its callback comes up, in order.
    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) =>
        !taskWasPreviouslyQueued && _loop.IsOnLoopThread && TryExecuteTask(task);

    private void Run(Task task) => TryExecuteTask(task);

    // For debuggers. The list is unavailable: the queue holds callbacks, not tasks.
    protected override IEnumerable<Task> GetScheduledTasks() => throw new NotSupportedException("The tasks of a loop's queue cannot be listed.");
}
