using System.Runtime.CompilerServices;
using IOLoops.Callbacks;
using IOLoops.Interop;
using IOLoops.Ownership;

namespace IOLoops.Registrations;

/// <summary>
/// Handlers and waits from any thread: at once on the loop's own thread, and on any other while the loop does not run. Otherwise a
/// removal is queued, and everything else is refused.
/// </summary>
internal sealed class Registrar(
    LoopGate gate, RegistrationSet registrations, Waits waits, Removals removals, EndedItems ended, CallbackQueue callbacks, Poster poster)
{
    private const IOEvents AllEvents =
        IOEvents.Read | IOEvents.Priority | IOEvents.Write | IOEvents.Error | IOEvents.ReadHangUp;

    private readonly LoopGate _gate = gate;
    private readonly RegistrationSet _registrations = registrations;

    [MethodImpl(Jit.Hot)]
    internal void AddHandler(FileDescriptor fd, object handler, IOEvents events)
    {
        CheckEvents(events);
        object target = handler;
        ExecutionContext? context;
        if (handler is AsyncIOHandler asyncHandler)
        {
            var wrapped = new AsyncHandler(asyncHandler);
            context = wrapped.CaptureContext(); // before the gate is taken: it may call the user's AsyncLocals
            target = wrapped;
        }
        else
        {
            context = DefaultContext.Capture();
        }
        if (_gate.IsOnLoopThread)
        {
            Add(fd, target, events, context);
            return;
        }
        using var idle = _gate.EnterIdle();
        Add(fd, target, events, context);
        idle.WakeIf(NeedsWake());
    }

    [MethodImpl(Jit.Hot)]
    private void Add(FileDescriptor fd, object target, IOEvents events, ExecutionContext? context) =>
        _registrations.Register(fd, FileObjects.CheckNumber(fd, nameof(IOLoop.AddHandler)), target, events, context);

    internal void UpdateHandler(FileDescriptor fd, IOEvents events)
    {
        CheckEvents(events);
        if (_gate.IsOnLoopThread)
        {
            _registrations.Update(fd, events);
            return;
        }
        using var idle = _gate.EnterIdle();
        _registrations.Update(fd, events);
        idle.WakeIf(NeedsWake());
    }

    internal void RemoveHandler(FileDescriptor fd)
    {
        if (_gate.IsOnLoopThread)
        {
            _registrations.Remove(fd);
            return;
        }
        using var idle = _gate.EnterIdleUnlessClosed();
        if (idle.IsClosed)
            return;
        _registrations.Remove(fd);
        idle.WakeIf(NeedsWakeAfterRemoval());
    }

    // Modelled in tests/models: hosted.
    internal ValueTask RemoveHandlerAsync(FileDescriptor fd)
    {
        if (_gate.IsOnLoopThread)
            return new ValueTask(removals.Remove(fd));
        if (!TryRemoveIdle(fd, out var removal))
        {
            // As with Stop: the request's flag, a fence, the sleep state here; the sleep state, a fence, the flag in Poll.
            Interlocked.MemoryBarrier();
            poster.WakeIfAsleep();
        }
        return removal;
    }

    internal ValueTask<IOEvents> WaitAsync(FileDescriptor fd, IOEvents events, CancellationToken cancellationToken)
    {
        CheckEvents(events);
        int number = FileObjects.CheckNumber(fd, nameof(IOLoop.WaitAsync));
        var waiter = ReadinessWaiter.Rent(waits, number, events);
        // Before the loop knows of it, which may end it at any time from then on; and not under the gate, because a token that was
        // cancelled calls back from within.
        var wait = waiter.Begin(cancellationToken, out short version);
        try
        {
            BeginWait(fd, number, waiter);
        }
        catch
        {
            waiter.Abandon();
            throw;
        }
        // The callback that was posted by the token may have found no wait yet.
        if (cancellationToken.IsCancellationRequested)
            waits.PostCancellation(waiter, version);
        return wait;
    }

    /// <summary>
    /// While the gate is held no run can begin or end: either the loop may be used from here, or the run under way serves the
    /// request, in its next turn or when it ends. Of a hosted loop, too: between its turns the host's thread looks at the tables
    /// without the gate.
    /// </summary>
    /// <returns>False: it was asked for, and the run under way is to see that.</returns>
    private bool TryRemoveIdle(FileDescriptor fd, out ValueTask removal)
    {
        using var idle = _gate.EnterIdleOrBusy();
        removal = idle.IsBusy ? removals.Ask(fd)
            : idle.IsClosed ? ValueTask.CompletedTask
            : new ValueTask(removals.Remove(fd));
        if (idle.IsBusy)
            return false;
        idle.WakeIf(!idle.IsClosed && NeedsWakeAfterRemoval());
        return true;
    }

    private void BeginWait(FileDescriptor fd, int number, ReadinessWaiter waiter)
    {
        if (_gate.IsOnLoopThread)
        {
            waits.Add(fd, number, waiter);
            return;
        }
        using var idle = _gate.EnterIdle();
        waits.Add(fd, number, waiter);
        idle.WakeIf(NeedsWake());
    }

    /// <summary>
    /// Descriptors were changed from outside a turn. A loop that watches the poller's descriptor must learn of a
    /// file that is always ready; the host's next turn decides again what the sleeper waits for.
    /// </summary>
    /// <returns>Whether the caller must wake the loop, when it has left the gate.</returns>
    private bool NeedsWake() => (_gate.IsAttached || _registrations.AlwaysReady.HasWork() || ended.Any) && callbacks.NeedsWake();

    private bool NeedsWakeAfterRemoval() => (_gate.IsAttached || ended.Any) && callbacks.NeedsWake();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void CheckEvents(IOEvents events)
    {
        if ((events & ~AllEvents) != 0)
            throw new ArgumentException($"There are no such events: 0x{(int)(events & ~AllEvents):X}. Combine values of IOEvents. Edge-triggered and one-shot modes are unavailable.", nameof(events));
    }
}
