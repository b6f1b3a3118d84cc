using IOLoops.Callbacks;
using IOLoops.Diagnostics;
using IOLoops.Hosting;
using IOLoops.Ownership;

namespace IOLoops.Tasks;

/// <summary>Posts to a loop.</summary>
internal sealed class LoopSynchronizationContext(IOLoop loop) : SynchronizationContext, IFairContext
{
    // In the poster's ExecutionContext, as with the base class: Progress<T> and awaiters that are called by hand rely on it. An
    // await brings its own, and pays nothing for this one: no object is made, and restoring it twice is no more than once. On a
    // closed loop it must not throw: it would be thrown in the middle of a task's completion and end the process.
    public override void Post(SendOrPostCallback d, object? state)
    {
        ArgumentNullException.ThrowIfNull(d);
        if (loop.RunEnds.TryDefer(d, state))
            return; // code that awaited the end of the run: it resumes after that
        bool accepted = loop.Core is { } core
            ? core.Poster.TryPost(new WorkItem(d, state, PostInvoker.Instance, DefaultContext.Capture()))
            : loop.TryAddCallback(Bind(d, state));
        if (accepted && !loop.IsRunning)
            loop.NotePostedAtRest(d, state);
        if (!accepted)
            LoopLog.CallbacksDropped(loop.Logger, loop.Name, 1, LoopLog.Describe(d, state));
    }

    /// <summary>The method that resumes by a post, if it was an await that has posted; else null.</summary>
    internal static string? Awaiting(object? state) => LoopLog.AwaitingMethod(state is Action resume ? resume.Target : state);

    /// <summary>The same for what is queued.</summary>
    internal static string? Awaiting(WorkItem item) => ReferenceEquals(item.Invoker, PostInvoker.Instance) ? Awaiting(item.State) : null;

    private static Func<bool> Call(SendOrPostCallback callback, object? state) => () =>
    {
        callback(state);
        return true;
    };

    // A method of its own: a closure is allocated where its method begins, also when it is not needed there.
    private static Action Bind(SendOrPostCallback callback, object? state) => () => callback(state);

    public override void Send(SendOrPostCallback d, object? state)
    {
        ArgumentNullException.ThrowIfNull(d);
        if (loop.IsOnLoopThread)
        {
            d(state);
            return;
        }
        if (WouldWaitForItself())
        {
            throw new InvalidOperationException(
                $"{loop.Name} does not run, and this is the thread that is to run it: Send would wait for itself. Call the delegate directly, or call Post, or run the loop first.");
        }
#pragma warning disable VSTHRD002 // Send blocks: that is its contract
        Invocation<bool>.Begin(loop, d, Call(d, state)).GetAwaiter().GetResult();
#pragma warning restore VSTHRD002
    }

    /// <summary>
    /// Whether the calling thread says that it is the one to run the loop, which it does not: by having this for its context, or by being
    /// the host's. A thread of which nothing is known waits: another one may be about to run the loop.
    /// </summary>
    private bool WouldWaitForItself() =>
        !loop.IsRunning && !loop.IsClosed && (ReferenceEquals(Current, this) || loop.Core is { Gate.IsOnIdleHostThread: true });

    public override SynchronizationContext CreateCopy() => this;

    private sealed class PostInvoker : WorkInvoker
    {
        internal static readonly PostInvoker Instance = new();

        internal override Task? Invoke(Delegate callback, object? state)
        {
            ((SendOrPostCallback)callback)(state);
            return null;
        }
    }
}
