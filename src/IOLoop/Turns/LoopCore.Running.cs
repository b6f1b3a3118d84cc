using System.Runtime.CompilerServices;
using IOLoops.Ownership;

namespace IOLoops.Turns;

internal sealed partial class LoopCore
{
    private readonly Lock _runGate = new();
    private int _threadId;                        // the thread that runs the loop, 0: none; written under _runGate
    private bool _closed;                         // written under _runGate
    private int _interruptedThreadId;             // of a turn in which nested ones ran while a callback of it does; written under _runGate
    private bool _mustRestore;                    // whether a callback, or a turn inside it, has left something to be put right behind it
    private SynchronizationContext? _turnContext; // current inside callbacks

    public bool IsOnLoopThread => Volatile.Read(ref _threadId) == Environment.CurrentManagedThreadId;

    /// <summary>Makes the calling thread the loop's.</summary>
    /// <param name="context">The <see cref="SynchronizationContext"/> inside callbacks.</param>
    /// <exception cref="InvalidOperationException">The loop runs already.</exception>
    /// <exception cref="ObjectDisposedException">The loop is closed.</exception>
    internal RunScope Enter(SynchronizationContext? context)
    {
        lock (_runGate)
        {
            ObjectDisposedException.ThrowIf(_closed, _loop);
            if (_threadId != 0)
            {
                throw new InvalidOperationException(_threadId == Environment.CurrentManagedThreadId
                    ? $"{_loop.Name} is running already, further up this thread's stack. Await the work instead of starting the loop again."
                    : $"{_loop.Name} is running already on another thread. Use AddCallback or InvokeAsync to run something on it.");
            }
            _threadId = Environment.CurrentManagedThreadId;
            _loop.SetRunning(true);
        }
        return EnterThread(context);
    }

    /// <summary>Ends what <see cref="Enter"/> began; a stop request is served, what is queued stays.</summary>
    internal void Exit(RunScope scope)
    {
        var context = _turnContext;
        while (true)
        {
            EndRun();
            LeaveThread(scope); // while no other thread can begin a run, which would set the same fields
            if (TryLeaveRun())
                break;
            scope = EnterThread(context); // a removal was asked for just now
        }
        // Whoever watches the poller's descriptor sees that a turn is due.
        if (_callbacks.TrySleep())
            return;
        _callbacks.Notify();
        _wake();
    }

    /// <summary>On the loop's thread, after the last turn: what was asked for, or has ended, too late for it.</summary>
    private void EndRun()
    {
        while (_removalRequested || _hasEnded)
        {
            ServeRemovals();
            TellEnded<Unobserved>();
        }
    }

    /// <summary>Leaves the loop to other threads, unless one has asked for a removal: it was told that the run would serve it.</summary>
    private bool TryLeaveRun()
    {
        lock (_runGate)
        {
            if (_removalRequested)
                return false;
            _threadId = 0;
            // In this order: a thread that sees the loop at rest may call Stop, which is for the next run, or Start.
            _stop = false;
            _loop.SetRunning(false);
            return true;
        }
    }

    /// <summary>Makes the thread's contexts those of a turn.</summary>
    private RunScope EnterThread(SynchronizationContext? context)
    {
        bool isFlowSuppressed = ExecutionContext.IsFlowSuppressed();
        if (isFlowSuppressed)
            ExecutionContext.RestoreFlow();
        var scope = new RunScope(ExecutionContext.Capture()!, isFlowSuppressed, SynchronizationContext.Current, _turnContext);
        _turnContext = context;
        _callbacks.WakeUp();
        _observation?.Restart();
        scope.Thread = _loop.Enter();
        LeaveContext();
        return scope;
    }

    private void LeaveThread(in RunScope scope)
    {
        _turnContext = scope.TurnContext;
        _observation?.Restart(); // a poll that has thrown is over
        IOLoop.Leave(scope.Thread);
        SynchronizationContext.SetSynchronizationContext(scope.SynchronizationContext);
        ExecutionContext.Restore(scope.ExecutionContext);
        if (scope.IsFlowSuppressed)
            ExecutionContext.SuppressFlow();
    }

    /// <summary>
    /// Off the loop's thread, under the gate, which keeps a run from beginning: throws unless nobody runs the loop, so that
    /// its descriptors and timeouts may be used from here.
    /// </summary>
    private void VerifyIdle(bool isHostThread)
    {
        if (IsBusyElsewhere(isHostThread))
        {
            throw new InvalidOperationException(
                $"{_loop.Name} runs on another thread, and only that thread may use its descriptors and timeouts. Pass the call to AddCallback.");
        }
        ObjectDisposedException.ThrowIf(_closed, _loop);
    }

    /// <summary>Off the loop's thread, under the gate: whether somebody runs the loop, so that it may not be used from here.</summary>
    private bool IsBusyElsewhere(bool isHostThread) => _threadId != 0 || (_isAttached && !isHostThread);

    private static void EnterContext(ExecutionContext? context)
    {
        if (context is not null)
            ExecutionContext.Restore(context);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void LeaveContext()
    {
        if (ExecutionContext.Capture() != DefaultContext.Instance)
            ExecutionContext.Restore(DefaultContext.Instance);
        if (SynchronizationContext.Current != _turnContext)
            SynchronizationContext.SetSynchronizationContext(_turnContext);
        if (_mustRestore)
            RestoreTurn();
    }

    private void RestoreTurn()
    {
        _mustRestore = false;
        _loop.RestoreCurrent();
        if (_interruptedThreadId == 0)
            return;
        lock (_runGate)
        {
            _threadId = _interruptedThreadId;
            _interruptedThreadId = 0;
        }
    }

    /// <summary>A callback has made another loop current, or none. A note here is cheaper than a look at thread-local data after every callback.</summary>
    internal void NoteCurrentChanged() => _mustRestore = true;

    /// <summary>What the thread had before, to be restored.</summary>
    internal struct RunScope(
        ExecutionContext executionContext, bool isFlowSuppressed, SynchronizationContext? synchronizationContext, SynchronizationContext? turnContext)
    {
        internal readonly ExecutionContext ExecutionContext = executionContext;
        internal readonly bool IsFlowSuppressed = isFlowSuppressed;
        internal readonly SynchronizationContext? SynchronizationContext = synchronizationContext;
        internal readonly SynchronizationContext? TurnContext = turnContext; // of the turn that this one interrupts
        internal IOLoop.ThreadState Thread;
        internal int OuterThreadId;
        internal int InterruptedThreadId;
    }
}
