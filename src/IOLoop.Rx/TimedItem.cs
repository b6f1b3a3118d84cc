using System.Reactive.Concurrency;

namespace IOLoops.Rx;

/// <summary>An item that is due at a time.</summary>
internal sealed class TimedItem<TState>(IOLoopScheduler scheduler, TState state, Func<IScheduler, TState, IDisposable> action, LoopTime due)
    : TimedWork(scheduler, due)
{
    private ScheduledAction<TState> _action = new(state, action);
    private volatile bool _hasRun; // no timeout is left to be removed

    public override Delegate? Callback => _action.Callback;

    public override bool IsCancelled => _action.IsCancelled;

    public override void Dispose()
    {
        bool isFirst = !_action.IsCancelled;
        _action.Cancel();
        if (isFirst && !_hasRun)
            Forget();
    }

    protected override void Run()
    {
        _hasRun = true;
        _action.Run(Scheduler);
    }

    protected override void Release() => _action.Release();
}
