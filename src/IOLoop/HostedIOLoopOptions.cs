namespace IOLoops;

/// <summary>Options of a <see cref="HostedIOLoop"/>. Read once, when the loop is constructed.</summary>
public class HostedIOLoopOptions : IOLoopOptions
{
    /// <summary>
    /// Which system interface to ask for ready descriptors. All loops over <see cref="PollerKind.Epoll"/> share one thread
    /// that waits for them. Those over <see cref="PollerKind.Afd"/> wait by the thread pool of Windows. Each loop over
    /// <see cref="PollerKind.Poll"/> needs a thread of its own.
    /// </summary>
    public PollerKind Poller { get; set; }

    /// <summary>
    /// How long turns may follow one another before the host's other work (its input, painting, timers, work of lower priority) gets
    /// its turn. The host's work then waits for this long, for one handler, and for the callbacks and timeouts of one turn. Zero: after each
    /// handler or turn, which keeps a second thread
    /// busy while the loop is. <see langword="null"/>: never, for hosts that are known to be fair. Twelve milliseconds unless set. On a UI
    /// thread of Windows the loop can ask whether input, painting or timers wait, and does so after a quarter of a millisecond, unless this
    /// is set. Costs nothing while the loop has pauses of its own.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">Negative.</exception>
    public TimeSpan? TurnBudget
    {
        get;
        set
        {
            if (value is { } budget)
                ArgumentOutOfRangeException.ThrowIfLessThan(budget, TimeSpan.Zero);
            field = value;
            IsBudgetSet = true;
        }
    } = TimeSpan.FromMilliseconds(12);

    /// <summary>Whether <see cref="TurnBudget"/> was set, if only to its default.</summary>
    internal bool IsBudgetSet { get; private set; }
}
