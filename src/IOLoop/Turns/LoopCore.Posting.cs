using System.Runtime.CompilerServices;
using IOLoops.Callbacks;
using IOLoops.Interop;
using IOLoops.Ownership;

namespace IOLoops.Turns;

internal sealed partial class LoopCore
{
    /// <summary>Queues an action in the caller's context. Any thread. The shortest way, for what is queued most.</summary>
    /// <exception cref="ObjectDisposedException">The loop is closed.</exception>
    [MethodImpl(Jit.Hot)]
    internal void PostAction(Action callback)
    {
        var context = DefaultContext.Capture();
        bool wake = false;
        bool accepted = context is not null ? TryPost(new WorkItem(callback, null, null, context))
            : IsOnLoopThread ? _callbacks.TryAddLocalPlain(callback)
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
        if (!(IsOnLoopThread ? _callbacks.TryAddLocalPlain(item) : _callbacks.TryAddPlain(item, out wake)))
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
    public bool TryPost(in WorkItem item)
    {
        if (IsOnLoopThread)
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

    private void Refuse(in WorkItem item)
    {
        item.Invoker?.Drop(item.Callback, item.State);
        throw new ObjectDisposedException(_loop.Name, "The loop is closed and runs no more callbacks. TryAddCallback returns false instead of throwing.");
    }

    /// <summary>Runs something at a time of the loop's clock.</summary>
    [MethodImpl(Jit.Hot)]
    internal TimeoutHandle CallAt(LoopTime when, in WorkItem item)
    {
        if (!IsOnLoopThread)
            return CallAtFromOutside(when, item);
        var node = _timeouts.Add(when.Ticks, item);
        return new TimeoutHandle(node, node.Sequence);
    }

    [MethodImpl(Jit.Hot)]
    internal void RemoveTimeout(TimeoutHandle timeout)
    {
        if (IsOnLoopThread)
        {
            RemoveTimeoutNow(timeout);
            return;
        }
        using var idle = EnterIdleUnlessClosed();
        if (idle.IsClosed)
            return;
        RemoveTimeoutNow(timeout);
        idle.WakeIf(_isAttached && _timeouts.IsEmpty && _callbacks.NeedsWake()); // so that the host's timer is not kept for nothing
    }

    private TimeoutHandle CallAtFromOutside(LoopTime when, in WorkItem item)
    {
        using var idle = EnterIdle();
        bool earlier = _timeouts.IsEmpty || when.Ticks < _timeouts.Earliest;
        var node = _timeouts.Add(when.Ticks, item);
        // Whoever drives the loop, by its descriptor or in a host, has computed a wait without this deadline.
        idle.WakeIf(earlier && _callbacks.NeedsWake());
        return new TimeoutHandle(node, node.Sequence);
    }

    private void RemoveTimeoutNow(TimeoutHandle timeout)
    {
        if (_timeouts.Remove(timeout, out var item))
            item.Invoker?.Drop(item.Callback, item.State);
    }
}
