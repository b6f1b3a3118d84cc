using IOLoops.Timeouts;

namespace IOLoops.Hosting;

/// <summary>A timer of the host's, for hosts with a clock of their own.</summary>
/// <param name="clock">The host's.</param>
/// <param name="isVirtual">Whether it stands still until a thread moves it: then a turn comes every millisecond of it.</param>
/// <param name="postAfter">Has the host call <see cref="OnDue"/>, and then run a turn.</param>
internal sealed class HostDeadlineTimer(LoopClock clock, bool isVirtual, Func<TimeSpan, IDisposable> postAfter) : DeadlineTimer
{
    private IDisposable? _timer;  // interlocked
    private long _armed = Never;  // when the timer comes; volatile

    /// <inheritdoc/>
    // Modelled in tests/models: timers, virtual.
    internal override bool Arm(long deadline)
    {
        if (deadline == Never && !isVirtual)
        {
            Disarm();
            return true;
        }
        long now = clock.Now;
        if (isVirtual)
            deadline = Math.Min(deadline, now + TimeSpan.TicksPerMillisecond);
        // One that comes before the deadline looks, and arms again: a deadline that moves back with every event costs one
        // needless turn now and then, not a timer per event.
        if (Volatile.Read(ref _armed) <= deadline)
            return true;
        Disarm();
        var delay = Delay(now, deadline);
        if (delay <= TimeSpan.Zero)
            return false;
        Volatile.Write(ref _armed, now + delay.Ticks); // before the call: on another thread the timer may come inside it
        Volatile.Write(ref _timer, postAfter(delay));
        return true;
    }

    /// <summary>
    /// The timer has come, or one of an earlier arming: then the one that is armed is forgotten, too, and armed again. Any thread;
    /// the caller then asks whether the loop sleeps.
    /// </summary>
    // Modelled in tests/models: timers, virtual.
    internal void OnDue() => Disarm();

    internal override void Disarm()
    {
        // In this order: on a host with several threads the loop may arm another timer meanwhile. Were it disposed of here behind this
        // note, it would count as armed for good.
        Interlocked.Exchange(ref _timer, null)?.Dispose();
        Interlocked.Exchange(ref _armed, Never); // a full fence: see DeadlineTimer.Arm
    }

    public override void Dispose()
    {
    }
}
