namespace IOLoops.Core;

/// <summary>A callback that returns a task, for loops written elsewhere, which know <see cref="Action"/> alone.</summary>
internal sealed class AsyncCallbackAdapter(IOLoop loop, Func<Task> callback)
{
    internal void Run() => TaskFailures.Observe(loop, callback, callback());
}
