using IOLoops.Callbacks;

namespace IOLoops.Foreign;

/// <summary>A handler that returns a task, for loops written elsewhere: its descriptor is out of the loop until the task has ended.</summary>
internal sealed class AsyncHandlerAdapter(IOLoop loop, AsyncIOHandler handler, IOEvents events)
{
    internal void OnReady(FileDescriptor fd, IOEvents ready)
    {
        var task = handler(fd, ready);
        if (task.IsCompleted)
        {
            TaskFailures.Report(loop, handler, task);
            return;
        }
        loop.RemoveHandler(fd);
        TaskEnd.Then(task, () => loop.TryAddCallback(() =>
        {
            TaskFailures.Report(loop, handler, task);
            loop.AddHandler(fd, OnReady, events);
        }));
    }
}
