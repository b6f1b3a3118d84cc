using System.Reactive.Concurrency;
using Avalonia.ReactiveUI;
using Avalonia.Threading;
using IOLoops.Rx;

namespace IOLoops.AvaloniaTests;

/// <summary>Makes loops on the UI thread, and posts to it as they do.</summary>
internal static class AvaloniaLoops
{
    internal static HostedIOLoop Create(AvaloniaKind kind, HostedIOLoopOptions options)
    {
        UiThread.EnsureRuns();
        return kind == AvaloniaKind.Scheduler
            ? new RxIOLoop(AvaloniaScheduler.Instance, options)
            : new SynchronizationContextIOLoop(NewContext(), options);
    }

    /// <summary>What queues an action for the UI thread.</summary>
    internal static Action<Action> PostWith(AvaloniaKind kind)
    {
        UiThread.EnsureRuns();
        if (kind == AvaloniaKind.Scheduler)
            return PostElsewhere;
        var context = NewContext();
        return action => context.Post(static state => ((Action)state!)(), action);
    }

    private static AvaloniaSynchronizationContext NewContext() => new(DispatcherPriority.Background);

    // On the UI thread the scheduler would run it at once.
    private static void PostElsewhere(Action action) => ThreadPool.UnsafeQueueUserWorkItem(
        static action => AvaloniaScheduler.Instance.Schedule(action), action, preferLocal: false);
}
