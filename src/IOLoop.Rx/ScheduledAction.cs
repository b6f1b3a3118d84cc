using System.Reactive.Concurrency;
using System.Reactive.Disposables;
using System.Runtime.CompilerServices;

namespace IOLoops.Rx;

/// <summary>An item's action, run at most once, and what it has returned.</summary>
internal struct ScheduledAction<TState>(TState state, Func<IScheduler, TState, IDisposable> action)
{
    private TState _state = state;
    private Func<IScheduler, TState, IDisposable>? _action = action;
    private SingleAssignmentDisposableValue _result;

    internal bool IsCancelled => _result.IsDisposed;

    /// <summary>The delegate that was given to the scheduler. Rx's own methods pass theirs, and the user's as the state, or as a part of it.</summary>
    internal readonly Delegate? Callback
    {
        get
        {
            if (_action is not { } action || action.Method.Module != typeof(Scheduler).Module)
                return _action;
            object? given = _state is ITuple parts ? Enumerable.Range(0, parts.Length).Select(i => parts[i]).FirstOrDefault(static part => part is Delegate) : _state;
            return given as Delegate ?? action;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Run(IScheduler scheduler)
    {
        var action = _action;
        if (action is null || _result.IsDisposed)
            return;
        var state = _state;
        // A caller may keep the item for long after it has run; what it needed to run must not be kept with it.
        Release();
        var result = action(scheduler, state);
        // Most items return this one; it needs no disposal, so storing it would be an interlocked operation for nothing.
        if (!ReferenceEquals(result, Disposable.Empty))
            _result.Disposable = result;
    }

    /// <summary>On the loop's thread.</summary>
    internal void Release()
    {
        _action = null;
        _state = default!;
    }

    internal void Cancel() => _result.Dispose();
}
