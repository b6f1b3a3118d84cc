using System.Runtime.CompilerServices;
using IOLoops.Interop;
using IOLoops.Ownership;

namespace IOLoops.Callbacks;

/// <summary>Queues callbacks from any thread, and wakes a loop that sleeps.</summary>
/// <param name="loop">Named in errors.</param>
/// <param name="gate">Knows the loop's thread.</param>
/// <param name="callbacks">The queue.</param>
/// <param name="wake">Makes a turn happen; called once per sleep.</param>
internal sealed class Poster(IOLoop loop, LoopGate gate, CallbackQueue callbacks, Action wake)
{
    private readonly LoopGate _gate = gate;
    private readonly CallbackQueue _callbacks = callbacks;
    private readonly Action _wake = wake;

    /// <summary>Queues an action in the caller's context. Any thread. The shortest way, for what is queued most.</summary>
    /// <exception cref="ObjectDisposedException">The loop is closed.</exception>
    [MethodImpl(Jit.Hot)]
    internal void PostAction(Action callback)
    {
        var context = DefaultContext.Capture();
        bool wake = false;
        bool accepted = context is not null ? TryPost(new WorkItem(callback, null, null, context))
            : _gate.IsOnLoopThread ? _callbacks.TryAddLocalPlain(callback)
            : _callbacks.TryAddPlain(callback, out wake);
        if (!accepted)
            Refuse(new WorkItem(callback, null, null, context));
        if (wake)
            _wake();
    }

    /// <summary>Queues an object that knows how to run itself, in the caller's context. Any thread.</summary>
    /// <exception cref="ObjectDisposedException">The loop is closed.</exception>
    [MethodImpl(Jit.Hot)]
    internal void PostWorkItem(IThreadPoolWorkItem item)
    {
        if (DefaultContext.Capture() is { } context)
        {
            Post(WorkItemCall.With(item, context));
            return;
        }
        bool wake = false;
        if (!(_gate.IsOnLoopThread ? _callbacks.TryAddLocalPlain(item) : _callbacks.TryAddPlain(item, out wake)))
            Refuse(default);
        if (wake)
            _wake();
    }

    /// <summary>Queues a callback. Any thread.</summary>
    /// <exception cref="ObjectDisposedException">The loop is closed.</exception>
    [MethodImpl(Jit.Hot)]
    internal void Post(in WorkItem item)
    {
        if (!TryPost(item))
            Refuse(item);
    }

    /// <summary>Queues a callback. Any thread.</summary>
    /// <returns>False when the loop is closed.</returns>
    [MethodImpl(Jit.Hot)]
    internal bool TryPost(in WorkItem item)
    {
        if (_gate.IsOnLoopThread)
            return _callbacks.TryAddLocal(item);
        if (!_callbacks.TryAdd(item, out bool wake))
            return false;
        if (wake)
            _wake();
        return true;
    }

    /// <summary>Queues a callback without taking a lock. Any thread.</summary>
    /// <exception cref="ObjectDisposedException">The loop is closed.</exception>
    internal void PostFromSignal(in WorkItem item)
    {
        if (!TryPostFromSignal(item))
            Refuse(item);
    }

    /// <summary>The same, but says instead of throwing when the loop is closed.</summary>
    internal bool TryPostFromSignal(in WorkItem item)
    {
        if (!_callbacks.TryAddFromSignal(item, out bool wake))
            return false;
        if (wake)
            _wake();
        return true;
    }

    /// <summary>Reports a failure that was met in the middle of a call of the user's: in a callback of its own.</summary>
    internal void ReportLater(Delegate callback, Exception exception)
    {
        var failure = new FailureNotice(loop, callback, exception);
        if (!TryPost(NoticeInvoker.Item(callback, failure)))
            failure.Run(); // closed
    }

    /// <summary>
    /// Wakes a loop that sleeps. The caller has written what the loop must see, and fenced; a loop that goes to sleep says so, fences,
    /// and looks: one of the two sees the other.
    /// </summary>
    internal void WakeIfAsleep()
    {
        if (_callbacks.NeedsWake())
            _wake();
    }

    private void Refuse(in WorkItem item)
    {
        item.Invoker?.Drop(item.Callback, item.State);
        throw new ObjectDisposedException(loop.Name, "The loop is closed and runs no more callbacks. TryAddCallback returns false instead of throwing.");
    }

    private sealed class FailureNotice(IOLoop loop, Delegate callback, Exception exception) : INotice
    {
        public void Run() => loop.ReportFailure(callback, exception);
    }
}
