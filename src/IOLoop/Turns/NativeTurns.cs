using System.Runtime.CompilerServices;
using IOLoops.Interop;
using IOLoops.Ownership;
using IOLoops.Tasks;

namespace IOLoops.Turns;

/// <summary>A native loop: one thread runs it from <see cref="Enter"/> to <see cref="Exit"/>, and sleeps in its poller.</summary>
internal sealed class NativeTurns(LoopCore core)
{
    private readonly LoopGate _gate = core.Gate;

    /// <summary>Makes the calling thread the loop's.</summary>
    /// <param name="context">The <see cref="SynchronizationContext"/> inside callbacks.</param>
    /// <exception cref="InvalidOperationException">The loop runs already.</exception>
    /// <exception cref="ObjectDisposedException">The loop is closed.</exception>
    // Modelled in tests/models: embedded.
    internal RunScope Enter(SynchronizationContext? context)
    {
        _gate.BeginRun();
        return core.EnterThread(context);
    }

    /// <summary>Turns until a stop is asked for, sleeping in between.</summary>
    // Modelled in tests/models: native.
    [MethodImpl(Jit.Hot)]
    internal void TurnUntilStopped()
    {
        while (!_gate.StopRequested)
            core.Turn(-1);
    }

    /// <summary>One turn, unless a stop was asked for.</summary>
    /// <param name="maxWait">How long it may sleep, in ticks; negative: until an event.</param>
    internal int TurnOnce(long maxWait) => _gate.StopRequested ? 0 : core.TurnOnce(maxWait);

    /// <summary>Asks the run of a thread to end, unless it has ended: no later run is meant. Any thread.</summary>
    // Modelled in tests/models: group.
    internal void Stop(LoopThread thread)
    {
        using (_gate.Hold())
        {
            if (thread.IsOver || !_gate.IsRunBy(thread.Id))
                return;
            _gate.RequestStop();
        }
        Interlocked.MemoryBarrier(); // as LoopCore.Stop
        core.Poster.WakeIfAsleep();
    }

    /// <summary>Ends what <see cref="Enter"/> began; a stop request is served, what is queued stays.</summary>
    // Modelled in tests/models: embedded.
    internal void Exit(RunScope scope)
    {
        var context = core.Context.OfTurn;
        while (true)
        {
            core.EndRun();
            core.LeaveThread(scope); // while no other thread can begin a run, which would set the same fields
            if (TryLeaveRun())
                break;
            scope = core.EnterThread(context); // a removal was asked for just now
        }
        // A loop that watches the poller's descriptor sees that a turn is due.
        if (core.Callbacks.TrySleep())
            return;
        core.Callbacks.Notify();
        core.Waker.Wake();
    }

    /// <summary>Leaves the loop to other threads, unless one has asked for a removal: it was promised that the run would serve it.</summary>
    // Modelled in tests/models: embedded.
    private bool TryLeaveRun()
    {
        using var held = _gate.Hold();
        if (core.Removals.Any)
            return false;
        _gate.EndRun();
        return true;
    }
}
