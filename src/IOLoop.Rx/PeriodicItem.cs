namespace IOLoops.Rx;

/// <summary>An item that runs on a grid of times until it is disposed of.</summary>
internal sealed class PeriodicItem<TState>(
    IOLoopScheduler scheduler, TState state, TimeSpan period, Func<TState, TState> action, LoopTime due)
    : TimedWork(scheduler, due)
{
    private TState _state = state;
    private Func<TState, TState>? _action = action;
    private volatile bool _isCancelled;

    public override Delegate? Callback => _action;

    public override bool IsCancelled => _isCancelled;

    public override void Dispose()
    {
        if (_isCancelled)
            return;
        _isCancelled = true;
        Forget();
    }

    protected override void Run()
    {
        if (_isCancelled || _action is not { } action)
            return;
        var context = ExecutionContext.Capture();
        try
        {
            _state = action(_state);
        }
        finally
        {
            // Only now: a turn nested in the action must not find the next call due.
            Continue(context);
        }
    }

    protected override void Release()
    {
        _action = null;
        _state = default!;
    }

    private void Continue(ExecutionContext? context)
    {
        // The next call runs in the context in which it is armed: what this one has changed there ends with it.
        if (context is not null && ExecutionContext.Capture() != context)
            ExecutionContext.Restore(context);
        // Without a period there is no grid; a time that stays behind would put this in front of every timeout that is due.
        Due = period == TimeSpan.Zero ? Scheduler.Loop.Time : Due + period;
        Arm();
    }
}
