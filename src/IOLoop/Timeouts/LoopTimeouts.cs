using System.Runtime.CompilerServices;
using IOLoops.Callbacks;
using IOLoops.Interop;
using IOLoops.Ownership;

namespace IOLoops.Timeouts;

/// <summary>Adds and removes timeouts: on the loop's thread, and on any other while the loop does not run.</summary>
internal sealed class LoopTimeouts(LoopGate gate, CallbackQueue callbacks)
{
    private readonly LoopGate _gate = gate;

    internal TimeoutQueue Queue { get; } = new();

    /// <summary>Runs something at a time of the loop's clock.</summary>
    [MethodImpl(Jit.Hot)]
    internal TimeoutHandle CallAt(LoopTime when, in WorkItem item)
    {
        if (!_gate.IsOnLoopThread)
            return CallAtFromOutside(when, item);
        return Queue.Add(when.Ticks, item);
    }

    [MethodImpl(Jit.Hot)]
    internal void Remove(TimeoutHandle timeout)
    {
        if (_gate.IsOnLoopThread)
        {
            RemoveNow(timeout);
            return;
        }
        using var idle = _gate.EnterIdleUnlessClosed();
        if (idle.IsClosed)
            return;
        RemoveNow(timeout);
        idle.WakeIf(_gate.IsAttached && Queue.IsEmpty && callbacks.NeedsWake()); // so that the host's timer is not kept for nothing
    }

    // Modelled in tests/models: close, embedded.
    private TimeoutHandle CallAtFromOutside(LoopTime when, in WorkItem item)
    {
        using var idle = _gate.EnterIdle();
        bool earlier = Queue.IsEmpty || when.Ticks < Queue.Earliest;
        var timeout = Queue.Add(when.Ticks, item);
        // What drives the loop, by its descriptor or in a host, has computed a wait without this deadline.
        idle.WakeIf(earlier && callbacks.NeedsWake());
        return timeout;
    }

    private void RemoveNow(TimeoutHandle timeout)
    {
        if (Queue.Remove(timeout, out var item))
            item.Invoker?.Drop(item.Callback, item.State);
    }
}
