using IOLoops.Callbacks;
using IOLoops.Diagnostics;

namespace IOLoops.Tasks;

/// <summary>Brings the end of a task to the loop: <see cref="IOLoop.AddFuture(Task, Action{Task})"/>.</summary>
internal sealed class FutureCallback<TTask>
    where TTask : Task
{
    private readonly IOLoop _loop;
    private readonly TTask _future;
    private readonly Action<TTask> _callback;
    private readonly ExecutionContext? _context = ExecutionContext.Capture();

    private FutureCallback(IOLoop loop, TTask future, Action<TTask> callback)
    {
        _loop = loop;
        _future = future;
        _callback = callback;
    }

    internal static void Add(IOLoop loop, TTask future, Action<TTask> callback)
    {
        if (future.IsCompleted)
        {
            loop.AddCallback(callback, future);
            return;
        }
        ObjectDisposedException.ThrowIf(loop.IsClosed, loop);
        TaskEnd.Then(future, new FutureCallback<TTask>(loop, future, callback).OnCompleted);
    }

    private void OnCompleted()
    {
        bool accepted = false;
        if (_loop.Core is { } core)
            accepted = core.Poster.TryPost(new WorkItem(_callback, _future, StateInvoker<TTask>.Instance, _context));
        else if (_context is null)
            accepted = Add();
        else
            ExecutionContext.Run(_context, _ => accepted = Add(), null);
        if (!accepted)
            LoopLog.CallbacksDropped(_loop.Logger, _loop.Name, 1, LoopLog.Describe(_callback));
    }

    private bool Add() => _loop.TryAddCallback(() => _callback(_future));
}
