namespace IOLoops.Hosting;

/// <summary>
/// The one timer of a hosted loop: for its earliest deadline, and at most one at a time however deadlines come and go.
/// </summary>
internal abstract class DeadlineTimer : IDisposable
{
    /// <summary>No deadline.</summary>
    internal const long Never = long.MaxValue;

    private static readonly TimeSpan LongestDelay = TimeSpan.FromDays(30);

    /// <summary>
    /// Has the loop woken at a deadline, or earlier: then it looks at its clock, and asks again. The owner of the turn, with the
    /// loop asleep.
    /// </summary>
    /// <remarks>
    /// Why no deadline is lost when a timer is armed already. The loop says that it sleeps, fences, and then reads here until when a
    /// timer is armed; a timer that comes first says that none is armed, fences, and then asks whether the loop sleeps. Either the
    /// loop sees that it must arm another, or the timer sees the loop asleep, and wakes it.
    /// </remarks>
    /// <returns>False: the deadline has passed already.</returns>
    internal abstract bool Arm(long deadline);

    /// <summary>The run ends. The owner of the turn.</summary>
    internal abstract void Disarm();

    public abstract void Dispose();

    /// <summary>What is left until a deadline, as long as timers take it to be.</summary>
    private protected static TimeSpan Delay(long now, long deadline)
    {
        var delay = new LoopTime(deadline) - new LoopTime(now);
        return delay < LongestDelay ? delay : LongestDelay;
    }
}
