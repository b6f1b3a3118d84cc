using IOLoops.Callbacks;

namespace IOLoops.Foreign;

/// <summary>A callback that returns a task, for loops written elsewhere, which know <see cref="Action"/> alone.</summary>
/// <param name="loop">The loop.</param>
/// <param name="original">The user's delegate, which failures are reported with.</param>
/// <param name="callback">What to call.</param>
internal sealed class AsyncCallbackAdapter(IOLoop loop, Delegate original, Func<Task> callback) : INamedWork
{
    internal AsyncCallbackAdapter(IOLoop loop, Func<Task> callback)
        : this(loop, callback, callback)
    {
    }

    Delegate INamedWork.Original => original;

    internal static Action For<TState>(IOLoop loop, Func<TState, Task> callback, TState state) =>
        new AsyncCallbackAdapter(loop, callback, () => callback(state)).Run;

    internal void Run() => TaskFailures.Observe(loop, original, callback());
}
