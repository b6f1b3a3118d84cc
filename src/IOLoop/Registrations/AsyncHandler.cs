using IOLoops.Callbacks;
using IOLoops.Ownership;

namespace IOLoops.Registrations;

/// <summary>An <see cref="AsyncIOHandler"/> and how its calls end. Also the mark by which code knows that it runs inside one.</summary>
internal sealed class AsyncHandler(AsyncIOHandler handler)
{
    private static readonly AsyncLocal<AsyncHandler?> Running = new();

    internal AsyncIOHandler Handler { get; } = handler;

    /// <summary>The handler that has begun the code that calls, if one has: that must not wait for the handler's end.</summary>
    internal static AsyncHandler? Current => Running.Value;

    /// <summary>The context for the handler's calls, made once: the caller's, or the default one when flow is suppressed, with the mark.</summary>
    internal ExecutionContext? CaptureContext()
    {
        if (ExecutionContext.IsFlowSuppressed())
        {
            ExecutionContext? captured = null;
            ExecutionContext.Run(DefaultContext.Instance, _ => captured = CaptureContext(), null);
            return captured;
        }
        var before = Running.Value;
        Running.Value = this;
        var marked = ExecutionContext.Capture();
        Running.Value = before;
        return marked;
    }

    /// <summary>Waits for the end of a call without blocking, and reports it on the loop.</summary>
    internal void Begin(RunningCalls owner, int fd, Task task)
    {
        var call = new Call(owner, fd, this, task);
        TaskEnd.Then(task, call.OnCompleted);
    }

    private sealed class Call(RunningCalls owner, int fd, AsyncHandler handler, Task task) : INotice
    {
        internal void OnCompleted()
        {
            // On the loop's thread this is inside the call that has ended the task: no user code may run here.
            if (owner.IsOnLoopThread && task.IsCompletedSuccessfully && owner.TryEndAsync(fd, handler))
                return;
            if (!owner.TryPost(NoticeInvoker.Item(handler.Handler, this)))
                Drop();
        }

        public void Run() => owner.EndAsync(fd, handler, task);

        public void Drop() => owner.Report(handler, task);
    }
}
