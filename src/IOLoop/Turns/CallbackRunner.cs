using System.Runtime.CompilerServices;
using IOLoops.Callbacks;
using IOLoops.Interop;
using IOLoops.Ownership;
using IOLoops.Timeouts;

namespace IOLoops.Turns;

/// <summary>The first phases of a turn: calls callbacks and timeouts.</summary>
internal sealed class CallbackRunner(
    IOLoop loop, CallbackQueue callbacks, TimeoutQueue timeouts, LoopClock clock, CallContext context, LoopView view, Action? beforeCalls)
{
    private readonly CallbackQueue _callbacks = callbacks;
    private readonly CallbackBatch _batch = callbacks.Own;
    private readonly TimeoutQueue _timeouts = timeouts;
    private readonly CallContext _context = context;
    private readonly LoopView _view = view;
    private readonly Action? _beforeCalls = beforeCalls;

    /// <summary>The callbacks that are there: what those add waits for the next turn.</summary>
    /// <returns>How many ran.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal int RunCallbacks<TObserver>()
        where TObserver : struct, ITurnObserver
    {
        _callbacks.TakeBatch();
        // Asked again, behind the lock of the queue: who watches the loop and then adds a callback relies on that one being looked at,
        // also when the turn began before.
        return typeof(TObserver) == typeof(Observed) || !_view.IsWatched ? RunBatch<TObserver>() : RunObserved();
    }

    private int RunObserved()
    {
        Observed.BeginTurn(_view);
        int ran = RunBatch<Observed>();
        Observed.EndTurn(_view);
        return ran;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int RunBatch<TObserver>()
        where TObserver : struct, ITurnObserver
    {
        int ran = 0;
        TObserver.BeginCallbacks(_view);
        if (_beforeCalls is not null && _batch.IsInterrupted)
            _beforeCalls();
        while (RunCallbacksUntilFailure<TObserver>(ref ran))
            continue;
        _view.Counters.Callbacks += ran;
        TObserver.EndCallbacks(_view, ran);
        return ran;
    }

    /// <summary>The timeouts that are due.</summary>
    /// <param name="last">Up to this one: what callbacks of this turn have added waits for the next.</param>
    /// <returns>How many ran.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal int RunTimeouts<TObserver>(long last)
        where TObserver : struct, ITurnObserver => _timeouts.Count <= 0 ? 0 : RunDue<TObserver>(last);

    [MethodImpl(Jit.Hot)]
    private int RunDue<TObserver>(long last)
        where TObserver : struct, ITurnObserver
    {
        if (!_timeouts.HasDueBatch)
            _timeouts.TakeDue(clock.Now, last);
        if (_beforeCalls is not null && _timeouts.HasDueBatch)
            _beforeCalls();
        int ran = 0;
        while (RunTimeoutsUntilFailure<TObserver>(ref ran))
            continue;
        _view.Counters.Timeouts += ran;
        TObserver.EndCallbacks(_view, ran);
        return ran;
    }

    /// <summary>
    /// Entering a protected region costs little, and yet more than calling a delegate: one serves all callbacks that do not fail. Not
    /// <see cref="Jit.Hot"/>, and no part of a method that is: see <see cref="Jit.HotBody"/>.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool RunCallbacksUntilFailure<TObserver>(ref int ran)
        where TObserver : struct, ITurnObserver
    {
        object? running = null;
        try
        {
            while (_batch.Next() is { } first)
            {
                ran++;
                running = first;
                Call<TObserver>(first, ref running);
                _context.LeaveCall();
            }
            return false;
        }
        catch (Exception exception) when (running is not null) // else it is no callback's
        {
            Fail(WorkItemCall.Describe(running), exception);
            return true;
        }
    }

    /// <summary>Calls one callback of the batch.</summary>
    /// <param name="first">What <see cref="CallbackBatch.Next"/> has returned.</param>
    /// <param name="running">What a failure is reported with: the same, or what it stands for.</param>
    [MethodImpl(Jit.HotBody)]
    private void Call<TObserver>(object first, ref object? running)
        where TObserver : struct, ITurnObserver
    {
        if (first.GetType() == typeof(Action))
        {
            TObserver.BeginCallback(_view, first);
            Unsafe.As<Action>(first)();
        }
        else if (first is WorkInvoker)
        {
            var item = _batch.Rest();
            running = ReferenceEquals(item.Callback, WorkItemCall.Execute) ? item.State! : item.Callback;
            TObserver.BeginCallback(_view, item);
            Run(item);
        }
        else
        {
            TObserver.BeginCallback(_view, first);
            Unsafe.As<IThreadPoolWorkItem>(first).Execute();
        }
    }

    /// <inheritdoc cref="RunCallbacksUntilFailure"/>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool RunTimeoutsUntilFailure<TObserver>(ref int ran)
        where TObserver : struct, ITurnObserver
    {
        Delegate? running = null;
        try
        {
            while (_timeouts.TryNextDue(out var item))
            {
                ran++;
                running = item.Callback;
                TObserver.BeginCallback(_view, item);
                Run(item);
                _context.LeaveCall();
            }
            return false;
        }
        catch (Exception exception) when (running is not null)
        {
            Fail(running, exception);
            return true;
        }
    }

    private void Run(in WorkItem item)
    {
        CallContext.EnterCall(item.Context);
        if (item.Invoker is null)
            Unsafe.As<Action>(item.Callback)();
        else if (item.Invoker.Invoke(item.Callback, item.State) is { } task)
            TaskFailures.Observe(loop, item.Callback, task);
    }

    /// <summary>A callback has thrown. It is reported in the callback's context.</summary>
    private void Fail(Delegate callback, Exception exception)
    {
        loop.ReportFailure(callback, exception);
        _context.LeaveCall();
    }
}
