using System.Reactive.Concurrency;
using System.Runtime.CompilerServices;

namespace IOLoops.Rx;

/// <summary>An item that is due at once.</summary>
internal sealed class SoonItem<TState>(IOLoopScheduler scheduler, TState state, Func<IScheduler, TState, IDisposable> action) : ScheduledWork
{
    private ScheduledAction<TState> _action = new(state, action);

    public override Delegate? Callback => _action.Callback;

    public override bool IsCancelled => _action.IsCancelled;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Execute() => _action.Run(scheduler);

    public override void Dispose() => _action.Cancel();
}
