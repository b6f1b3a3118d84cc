using System.Reactive.Concurrency;
using System.Reactive.Disposables;
using System.Runtime.CompilerServices;

namespace IOLoops.Rx;

/// <summary>An Rx scheduler as the host of a loop.</summary>
internal class SchedulerHost : ILoopHost
{
    // By scheduler, not by host: a second loop on the same scheduler must know its thread before it has run a turn.
    private static readonly ConditionalWeakTable<IScheduler, StrongBox<int>> Threads = [];

    private readonly IScheduler _scheduler;
    private readonly IStopwatch _stopwatch;
    private readonly long _start;
    private readonly StrongBox<int>? _threadId; // of a scheduler that may have one thread; 0: not known yet; -1: it has several
    private readonly bool _mayRunInline;
    private ScheduledTurn? _turn;  // the loop posts two delegates again and again: a turn,
    private ScheduledTurn? _timed; // and one that its timer brings

    /// <exception cref="ArgumentException">The scheduler runs work inside the call that schedules it.</exception>
    protected SchedulerHost(IScheduler scheduler)
    {
        _scheduler = scheduler;
        // A stopwatch of the scheduler's, for its Now follows the jumps of the wall clock.
        _start = scheduler.Now.UtcTicks;
        _stopwatch = scheduler.StartStopwatch();
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
        return VirtualTimeHost.IsVirtual(scheduler) ? new VirtualTimeHost(scheduler) : new SchedulerHost(scheduler);
    }

    public LoopTime Now => new(_start + _stopwatch.Elapsed.Ticks);

    public DateTimeOffset UtcNow => _scheduler.Now;

    public virtual bool IsOnHostThread => _scheduler is IOLoopScheduler layer
        ? layer.Loop.IsOnLoopThread
        : _threadId is not null && Volatile.Read(ref _threadId.Value) == Environment.CurrentManagedThreadId;

    public virtual bool UsesVirtualTime => false;

    public virtual bool TryPump(Task until) => false;

    public virtual void Post(Action turn)
    {
        if (_mayRunInline && SynchronizationContext.Current is { } context)
            PostOutsideContext(turn, context);
        else
            _scheduler.Schedule(Wrap(turn), static (_, turn) => turn.Run());
    }

    public virtual IDisposable PostAfter(TimeSpan delay, Action turn) =>
        _scheduler.Schedule(Wrap(turn), RoundUp(delay), static (_, turn) => turn.Run());

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

    /// <summary>
    /// The timers of Rx's schedulers cut off what is below a millisecond: they would come before their time and be asked for
    /// again and again. A loop's own do not.
    /// </summary>
    private TimeSpan RoundUp(TimeSpan delay)
    {
        if (UsesVirtualTime || _scheduler is IOLoopScheduler)
            return delay;
        return new TimeSpan((delay.Ticks + TimeSpan.TicksPerMillisecond - 1) / TimeSpan.TicksPerMillisecond * TimeSpan.TicksPerMillisecond);
    }

    private ScheduledTurn Wrap(Action turn)
    {
        if (Volatile.Read(ref _turn) is { } first && ReferenceEquals(first.Turn, turn))
            return first;
        if (Volatile.Read(ref _timed) is { } second && ReferenceEquals(second.Turn, turn))
            return second;
        var wrapped = new ScheduledTurn(this, turn);
        if (Interlocked.CompareExchange(ref _turn, wrapped, null) is not null)
            Interlocked.CompareExchange(ref _timed, wrapped, null);
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
