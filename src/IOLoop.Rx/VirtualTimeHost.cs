using System.Reactive.Concurrency;

namespace IOLoops.Rx;

/// <summary>A scheduler of virtual time as a host: time stands still until a thread moves it.</summary>
/// <remarks>
/// Rx's schedulers of virtual time are for one thread: what another one schedules meanwhile may corrupt them. So only the
/// thread that moves time posts; what others add is found by the turn that a loop in virtual time runs every millisecond
/// of it.
/// </remarks>
internal sealed class VirtualTimeHost : ClockedSchedulerHost, IVirtualTimeHost, IPumpableHost
{
    private readonly Action? _start; // null: a scheduler whose units of time are unknown here: only its owner can run it
    private readonly Action? _stop;
    private readonly Func<bool>? _isRunning;
    private Task? _pumpedUntil;
    private int _threadId; // the thread that moves time; 0: not known yet

    internal VirtualTimeHost(IScheduler scheduler, IScheduler behind)
        : base(scheduler, behind)
    {
        if (behind is VirtualTimeSchedulerBase<DateTimeOffset, TimeSpan> historical)
            (_start, _stop, _isRunning) = (historical.Start, historical.Stop, () => historical.IsEnabled);
        else if (behind is VirtualTimeSchedulerBase<long, long> test)
            (_start, _stop, _isRunning) = (test.Start, test.Stop, () => test.IsEnabled);
    }

    public override bool IsOnHostThread => Volatile.Read(ref _threadId) == Environment.CurrentManagedThreadId;

    // Modelled in tests/models: virtual.
    public override void Post(Action turn)
    {
        if (Volatile.Read(ref _threadId) == Environment.CurrentManagedThreadId)
            base.Post(turn);
    }

    /// <summary>For the thread that moves time: in turns, and when the loop is attached.</summary>
    public override IDisposable PostAfter(TimeSpan delay, Action turn)
    {
        Volatile.Write(ref _threadId, Environment.CurrentManagedThreadId);
        return base.PostAfter(delay, turn);
    }

    // One that runs already runs no item inside another one.
    public bool CanPump => _start is not null && !_isRunning!();

    /// <summary>Runs all that is scheduled, time moving as fast as it can, until the task has ended.</summary>
    public void Pump(Task until)
    {
        _pumpedUntil = until;
        try
        {
            while (!until.IsCompleted)
                _start!(); // a loop that runs has always a turn scheduled
        }
        finally
        {
            _pumpedUntil = null;
            _stop!(); // an exception of the scheduler's other work leaves it enabled, and then it refuses to be moved
        }
    }

    // Here, not when the task ends, wherever that is noticed: what else is scheduled must not run by chance.
    private protected override void OnTurnEnded()
    {
        if (_pumpedUntil is { IsCompleted: true })
        {
            _pumpedUntil = null;
            _stop!();
        }
    }
}
