using System.Runtime.InteropServices;
using IOLoops.Callbacks;
using IOLoops.Diagnostics;
using IOLoops.Ownership;

namespace IOLoops.Turns;

/// <summary>
/// A loop that is run turn by turn inside a host's loop, from <see cref="Attach"/> to <see cref="Detach"/>. It has a
/// thread only while a turn does. Turns and what is between them is the caller's to keep apart.
/// </summary>
internal sealed class HostedTurns(LoopCore core)
{
    // A post to a host costs about as much as a few short calls. So a turn that made fewer is followed by others, as long as these find
    // something and no call takes long.
    private const int CallsPerPost = 4;

    private static readonly TimeSpan TimePerPost = TimeSpan.FromMilliseconds(5);

    private readonly LoopGate _gate = core.Gate;

    internal bool IsAttached => _gate.IsAttached;

    internal bool StopRequested => _gate.StopRequested;

    /// <summary>What is counted of the loop.</summary>
    internal LoopCounters Counters => core.View.Counters;

    /// <inheritdoc cref="LoopCore.Stop"/>
    internal void Stop() => core.Stop();

    /// <summary>Looks for something among the callbacks that wait. The owner of the loop, between turns.</summary>
    internal string? FindQueued(Func<WorkItem, string?> find, int most) => core.Callbacks.Find(find, most);

    /// <summary>Begins a run.</summary>
    /// <returns>False: it was stopped before it began, which this call has used up.</returns>
    /// <exception cref="InvalidOperationException">The loop runs already.</exception>
    /// <exception cref="ObjectDisposedException">The loop is closed.</exception>
    internal bool Attach()
    {
        if (!_gate.TryAttach())
            return false;
        core.DropBatch();
        core.Callbacks.WakeUp(); // a turn is about to be posted
        return true;
    }

    /// <summary>Ends a run; a stop request is served, what is queued stays. Not inside a turn.</summary>
    /// <remarks>
    /// The removals that it serves are made under the gate: this need not be the host's thread, which may use the loop meanwhile. Waits
    /// that end by it are completed in the next run, or when the loop is closed.
    /// </remarks>
    // Modelled in tests/models: hosted.
    internal void Detach()
    {
        core.View.Restart();
        Action tellRemovals;
        SafeHandle[] released;
        using (_gate.Hold())
        {
            tellRemovals = core.Removals.ServeHeld();
            released = core.Ended.Releases.TakeFrom(0);
            _gate.Detach();
        }
        foreach (var handle in released)
            core.Ended.Releases.Release(handle);
        tellRemovals();
    }

    /// <summary>A turn in a host, or a few short ones, on this thread, which may be inside another one.</summary>
    /// <param name="context">The <see cref="SynchronizationContext"/> inside callbacks.</param>
    /// <param name="isVirtual">Whether a turn comes anyway, every millisecond of the host's time.</param>
    /// <param name="isNextPosted">Whether the next turn is posted already, by this one before it ran user code; null: never.</param>
    /// <param name="mayContinue">Whether a short turn may be followed by another one at once; null: never.</param>
    /// <returns>What comes next. When the loop sleeps, any thread may make a turn happen by <see cref="TryWake"/>.</returns>
    // Modelled in tests/models: hosted.
    internal NextTurn Turn(SynchronizationContext? context, bool isVirtual, Func<bool>? isNextPosted, Func<bool>? mayContinue)
    {
        var outer = _gate.BeginTurn();
        var scope = core.EnterThread(context);
        try
        {
            if (!_gate.StopRequested)
                RunTurns(mayContinue);
        }
        finally
        {
            if (_gate.StopRequested)
                core.EndRun();
            if (_gate.EndTurn(outer))
                core.Context.NoteChange();
            core.LeaveThread(scope);
        }
        if (_gate.StopRequested)
            return NextTurn.Stop;
        // A descriptor that was ready may be again: another poll is cheaper than waking two threads.
        if (isNextPosted?.Invoke() == true || core.HasQueuedWork || (!isVirtual && core.MayBeReady) || !TrySleep())
            return NextTurn.Again;
        return new NextTurn(NextTurnKind.Sleep, core.Deadline, core.HasDescriptors);
    }

    /// <summary>
    /// Turns that follow one another at once differ in nothing from those that a host without other work runs. The host's other work waits
    /// for four calls that take 5 ms together at most, by the loop's clock, or for one that takes longer.
    /// </summary>
    private void RunTurns(Func<bool>? mayContinue)
    {
        var start = mayContinue is null ? default : core.Time;
        int ran = core.Turn(0);
        for (int turns = 1; turns < CallsPerPost && ran < CallsPerPost; turns++)
        {
            if (mayContinue is null || !core.MayBeReady || core.HasQueuedWork || _gate.StopRequested)
                break;
            if (core.Time - start >= TimePerPost || !mayContinue())
                break;
            ran += core.Turn(0);
        }
    }

    /// <summary>The turn on the stack pumps its host: what the host runs meanwhile, other turns apart, is not in a turn.</summary>
    /// <returns>For <see cref="Resume"/>.</returns>
    internal InterruptedTurn Interrupt()
    {
        var call = core.View.Mark?.Interrupt() ?? default;
        var turn = new InterruptedTurn(_gate.Interrupt(), core.Calls.Current, call);
        core.Calls.Current = null;
        return turn;
    }

    internal void Resume(in InterruptedTurn turn)
    {
        _gate.Resume(turn.ThreadId);
        core.Calls.Current = turn.Current;
        core.View.Mark?.Resume(turn.Call);
    }

    /// <inheritdoc cref="LoopView.BeginSleep"/>
    internal void BeginSleep() => core.View.BeginSleep();

    /// <summary>
    /// Goes to sleep, unless there is work. From then on any thread may make a turn happen, by <see cref="TryWake"/>.
    /// </summary>
    // Modelled in tests/models: hosted.
    internal bool TrySleep()
    {
        if (!core.Callbacks.TrySleep())
            return false;
        // TrySleep has fenced: a stop or a removal that was asked for before is seen here, and who asks from now on sees the
        // loop asleep. Both may see each other: the wake is taken by one of them.
        return !(_gate.StopRequested || core.Removals.Any) || !core.Callbacks.NeedsWake();
    }

    /// <summary>Whether the caller is the one who must make a turn happen: true once per sleep.</summary>
    internal bool TryWake() => core.Callbacks.NeedsWake();
}
