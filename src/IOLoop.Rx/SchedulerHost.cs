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
    private readonly IOLoopScheduler? _layer;   // what is behind the scheduler, if it is a loop's
    private readonly StrongBox<int>? _threadId; // of a scheduler that may have one thread; 0: not known yet; -1: it has several
    private ScheduledTurn? _turn;  // the loop posts two delegates again and again: a turn,
    private ScheduledTurn? _other; // and one that its timer brings, or a question whether the scheduler still takes anything

    /// <param name="scheduler">What turns are scheduled on.</param>
    /// <param name="behind">What knows its thread: see <see cref="SchedulerKind.Behind"/>.</param>
    protected SchedulerHost(IScheduler scheduler, IScheduler behind)
    {
        _scheduler = scheduler;
        _layer = behind as IOLoopScheduler;
        if (behind is EventLoopScheduler or SynchronizationContextScheduler)
            _threadId = KnownThread(behind);
    }

    /// <exception cref="ArgumentException">The scheduler runs work inside the call that schedules it, or hides a time of its own.</exception>
    internal static SchedulerHost Create(IScheduler scheduler)
    {
        ArgumentNullException.ThrowIfNull(scheduler);
        var behind = SchedulerKind.Behind(scheduler);
        SchedulerKind.Verify(scheduler, behind);
        return SchedulerKind.IsVirtual(behind) ? new VirtualTimeHost(scheduler, behind)
            : SchedulerKind.IsFair(behind) ? new FairSchedulerHost(scheduler, behind)
            : SchedulerKind.IsRealTime(behind) ? new SchedulerHost(scheduler, behind)
            : behind is IOLoopScheduler ? new FairClockedHost(scheduler, behind)
            : new ClockedSchedulerHost(scheduler, behind);
    }

    public virtual bool IsOnHostThread => _layer is not null
        ? _layer.Loop.IsOnLoopThread
        : _threadId is not null && Volatile.Read(ref _threadId.Value) == Environment.CurrentManagedThreadId;

    public virtual void Post(Action turn) => _scheduler.Schedule(Wrap(turn), static (_, turn) => turn.Run());

    /// <summary>Schedules a turn by the scheduler's own clock.</summary>
    private protected IDisposable Schedule(TimeSpan delay, Action turn) =>
        _scheduler.Schedule(Wrap(turn), delay, static (_, turn) => turn.Run());

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
        if (Thread.CurrentThread.IsThreadPoolThread)
            return; // it does other work as well: what runs there next is not the scheduler's
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
