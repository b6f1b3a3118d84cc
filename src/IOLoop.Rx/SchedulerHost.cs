using System.Reactive.Concurrency;
using System.Reactive.Disposables;
using System.Runtime.CompilerServices;

namespace IOLoops.Rx;

/// <summary>An Rx scheduler as the host of a loop: one of real time, whose clock and timers are the system's.</summary>
/// <remarks>
/// The loop has a timer of its own then, and not the scheduler's: an EventLoopScheduler keeps a timer that was cancelled, and what
/// that references, until it would have been due.
/// </remarks>
internal class SchedulerHost : IHostThread
{
    // By scheduler, not by host: a second loop on the same scheduler must know its thread before it has run a turn.
    private static readonly ConditionalWeakTable<IScheduler, StrongBox<int>> Threads = [];

    private readonly IScheduler _scheduler;
    private readonly StrongBox<int>? _threadId; // of a scheduler that may have one thread; 0: not known yet; -1: it has several
    private readonly bool _mayRunInline;
    private ScheduledTurn? _turn;  // the loop posts two delegates again and again: a turn,
    private ScheduledTurn? _other; // and one that its timer brings, or a question whether the scheduler still takes anything

    /// <exception cref="ArgumentException">The scheduler runs work inside the call that schedules it.</exception>
    protected SchedulerHost(IScheduler scheduler)
    {
        _scheduler = scheduler;
        if (scheduler is EventLoopScheduler or SynchronizationContextScheduler)
            _threadId = KnownThread(scheduler);
        _mayRunInline = scheduler is SynchronizationContextScheduler;
    }

    internal static SchedulerHost Create(IScheduler scheduler)
    {
        ArgumentNullException.ThrowIfNull(scheduler);
        if (scheduler is ImmediateScheduler or CurrentThreadScheduler)
        {
            throw new ArgumentException(
                $"{scheduler.GetType().Name} runs work on the thread that schedules it, inside that call, and has no thread of its own that a loop could run on: pass an EventLoopScheduler for a thread of the loop's own, TaskPoolScheduler.Default for the thread pool, or use PollIOLoop to run on the calling thread.",
                nameof(scheduler));
        }
        return VirtualTimeHost.IsVirtual(scheduler) ? new VirtualTimeHost(scheduler)
            : IsRealTime(scheduler) ? new SchedulerHost(scheduler)
            : new ClockedSchedulerHost(scheduler);
    }

    public virtual bool IsOnHostThread => _scheduler is IOLoopScheduler layer
        ? layer.Loop.IsOnLoopThread
        : _threadId is not null && Volatile.Read(ref _threadId.Value) == Environment.CurrentManagedThreadId;

    public virtual void Post(Action turn)
    {
        if (_mayRunInline && SynchronizationContext.Current is { } context)
            PostOutsideContext(turn, context);
        else
            _scheduler.Schedule(Wrap(turn), static (_, turn) => turn.Run());
    }

    /// <summary>Schedules a turn by the scheduler's own clock.</summary>
    private protected IDisposable Schedule(TimeSpan delay, Action turn) =>
        _scheduler.Schedule(Wrap(turn), delay, static (_, turn) => turn.Run());

    /// <summary>
    /// Whether the scheduler's time is the system's. What stands behind a scheduler with an exception handler answers for it. One
    /// that was written elsewhere may have a time of its own.
    /// </summary>
    private static bool IsRealTime(IScheduler scheduler)
    {
        object behind = (scheduler as IServiceProvider)?.GetService(typeof(IStopwatchProvider)) ?? scheduler;
        return behind is EventLoopScheduler or TaskPoolScheduler or ThreadPoolScheduler or NewThreadScheduler or SynchronizationContextScheduler
            or DefaultScheduler;
    }

    /// <summary>
    /// A SynchronizationContextScheduler may be set to run work at once when its context is current, which a loop's turn
    /// never does.
    /// </summary>
    private void PostOutsideContext(Action turn, SynchronizationContext context)
    {
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            _scheduler.Schedule(Wrap(turn), static (_, turn) => turn.Run());
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(context);
        }
    }

    private ScheduledTurn Wrap(Action turn)
    {
        if (Volatile.Read(ref _turn) is { } first && ReferenceEquals(first.Turn, turn))
            return first;
        if (Volatile.Read(ref _other) is { } second && ReferenceEquals(second.Turn, turn))
            return second;
        var wrapped = new ScheduledTurn(this, turn);
        if (Interlocked.CompareExchange(ref _turn, wrapped, null) is not null)
            Interlocked.CompareExchange(ref _other, wrapped, null);
        return wrapped;
    }

    /// <summary>
    /// These schedulers do not say which thread is their own. An item that notes it runs before whatever is scheduled
    /// from now on, so that a Start there is refused in time.
    /// </summary>
    private static StrongBox<int> KnownThread(IScheduler scheduler)
    {
        if (Threads.TryGetValue(scheduler, out var known))
            return known;
        var thread = Threads.GetOrCreateValue(scheduler);
        bool flows = !ExecutionContext.IsFlowSuppressed(); // the scheduler's thread would keep the context for good
        if (flows)
            ExecutionContext.SuppressFlow();
        try
        {
            scheduler.Schedule(thread, static (_, thread) =>
            {
                Note(thread);
                return Disposable.Empty;
            });
        }
        catch (ObjectDisposedException)
        {
            // Attach will tell.
        }
        finally
        {
            if (flows)
                ExecutionContext.RestoreFlow();
        }
        return thread;
    }

    private protected virtual void OnTurnEnded()
    {
    }

    private void NoteThread()
    {
        if (_threadId is not null)
            Note(_threadId);
    }

    private static void Note(StrongBox<int> thread)
    {
        int here = Environment.CurrentManagedThreadId;
        int known = Volatile.Read(ref thread.Value);
        if (known != here && known != -1)
            Volatile.Write(ref thread.Value, known == 0 ? here : -1);
    }

    private sealed class ScheduledTurn(SchedulerHost host, Action turn)
    {
        internal Action Turn => turn;

        internal IDisposable Run()
        {
            host.NoteThread();
            turn();
            host.OnTurnEnded();
            return Disposable.Empty;
        }
    }
}
