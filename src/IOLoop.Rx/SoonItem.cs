using System.Reactive.Concurrency;

namespace IOLoops.Rx;

/// <summary>An item that is due at once.</summary>
internal sealed class SoonItem<TState>(TState state, Func<IScheduler, TState, IDisposable> action) : ScheduledWork
{
    private ScheduledAction<TState> _action = new(state, action);

    internal override void Run(IOLoopScheduler scheduler) => _action.Run(scheduler);

    public override void Dispose() => _action.Cancel();
}
