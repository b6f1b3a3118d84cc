using System.Reactive.Concurrency;

namespace IOLoops.Rx;

/// <summary>What a scheduler is that was given, also behind what wraps it.</summary>
internal static class SchedulerKind
{
    private const int MostLayers = 16;

    // Rx does not show this type. What is still one behind Behind answers no question about what it wraps, as behind DisableOptimizations.
    private const string Wrapper = "System.Reactive.Concurrency.SchedulerWrapper";

    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(2);

    /// <summary>
    /// What stands behind a scheduler with an exception handler. Rx's own schedulers are stopwatch providers, and a wrapper answers the
    /// question for one with that of what it wraps.
    /// </summary>
    internal static IScheduler Behind(IScheduler scheduler)
    {
        for (int layer = 0; layer < MostLayers; layer++)
        {
            if ((scheduler as IServiceProvider)?.GetService(typeof(IStopwatchProvider)) is not IScheduler inner || ReferenceEquals(inner, scheduler))
                break;
            scheduler = inner;
        }
        return scheduler;
    }

    /// <exception cref="ArgumentException">No loop can run there.</exception>
    internal static void Verify(IScheduler scheduler, IScheduler behind)
    {
        bool isOpaque = behind.GetType().BaseType?.FullName == Wrapper;
        if (isOpaque && (behind.Now - DateTimeOffset.UtcNow).Duration() > TimeSpan.FromHours(1))
        {
            throw new ArgumentException(
                $"The time of this scheduler is {behind.Now:u}, so it seems to be virtual time behind DisableOptimizations, which does not tell what it wraps: pass the scheduler of virtual time itself, or one with Catch.",
                nameof(scheduler));
        }
        if (behind is ImmediateScheduler or CurrentThreadScheduler || (isOpaque && RunsAtOnce(behind)))
        {
            throw new ArgumentException(
                $"{(isOpaque ? "The scheduler" : behind.GetType().Name)} runs work on the thread that schedules it, inside that call, and has no thread of its own that a loop could run on: pass an EventLoopScheduler for a thread of the loop's own, TaskPoolScheduler.Default for the thread pool, or use PollIOLoop to run on the calling thread.",
                nameof(scheduler));
        }
    }

    internal static bool IsVirtual(IScheduler scheduler)
    {
        for (var type = scheduler.GetType(); type is not null; type = type.BaseType)
        {
            if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(VirtualTimeSchedulerBase<,>))
                return true;
        }
        return false;
    }

    /// <summary>
    /// Whether a scheduler of real time is known to run everything in the order of its due time, so that nothing waits behind turns
    /// without end. What a SynchronizationContext or a user interface does is not known.
    /// </summary>
    /// <remarks>A task pool of its own may be a user interface: TaskScheduler.FromCurrentSynchronizationContext is one.</remarks>
    internal static bool IsFair(IScheduler behind) =>
        ReferenceEquals(behind, TaskPoolScheduler.Default) || behind is EventLoopScheduler or ThreadPoolScheduler or NewThreadScheduler or DefaultScheduler;

    /// <summary>Whether the scheduler's time is the system's. One that was written elsewhere may have a time of its own.</summary>
    internal static bool IsRealTime(IScheduler behind) =>
        behind is EventLoopScheduler or TaskPoolScheduler or ThreadPoolScheduler or NewThreadScheduler or SynchronizationContextScheduler
            or DefaultScheduler;

    /// <summary>
    /// Whether a scheduler runs an item inside the call that schedules it. Asked on a pool thread, where no user interface and no item of
    /// the current thread's scheduler is active. A thread that the scheduler begins there keeps nothing of the caller's context.
    /// </summary>
    private static bool RunsAtOnce(IScheduler scheduler)
    {
        var asked = new TaskCompletionSource<bool>();
        ThreadPool.UnsafeQueueUserWorkItem(
            static question =>
            {
                try
                {
                    bool hasRun = false;
                    bool hasReturned = false;
                    int here = Environment.CurrentManagedThreadId;
                    using var item = question.Scheduler.Schedule(() => hasRun = !hasReturned && here == Environment.CurrentManagedThreadId);
                    hasReturned = true;
                    question.Asked.TrySetResult(hasRun);
                }
                catch (Exception)
                {
                    question.Asked.TrySetResult(false); // it is disposed, for example: Attach will tell
                }
            },
            (Scheduler: scheduler, Asked: asked),
            preferLocal: false);
#pragma warning disable VSTHRD002 // for a bounded time, and for work that does not need this thread
        return asked.Task.Wait(Bound) && asked.Task.Result;
#pragma warning restore VSTHRD002
    }
}
