using System.Diagnostics;

namespace IOLoops.Hosting;

/// <summary>
/// How long turns have followed one another without a gap in which the host could do something else. The owner of the turn alone.
/// </summary>
/// <param name="budget">How long they may; null: without end.</param>
internal sealed class TurnBudget(TimeSpan? budget)
{
    /// <summary>A gap in which nothing of the loop's is posted, and that is not shorter, lets the host run one thing at least.</summary>
    internal static readonly TimeSpan Gap = TimeSpan.FromMicroseconds(200);

    private static readonly TimeSpan Absence = TimeSpan.FromMilliseconds(10);

    private readonly long _budget = Ticks(budget ?? TimeSpan.MaxValue);
    private readonly long _gap = Ticks(Gap);
    private readonly long _absence = Ticks(budget > Absence ? budget.Value : Absence); // of a host that has not run a posted turn: it did other work
    private long _began;     // a timestamp: when the first of these turns came; 0: the next one is the first
    private long _ended;     // a timestamp: when the last turn ended; 0: none has since the last one came
    private bool _isAsleep;  // whether it left the loop asleep

    internal bool IsLimited => budget is not null;

    /// <summary>A turn has come.</summary>
    /// <returns>Whether the turns before it have used up the budget.</returns>
    internal bool IsUsedUp()
    {
        if (!IsLimited)
            return false;
        long now = Stopwatch.GetTimestamp();
        // The sleeper may wake the loop at once, before the host has got to anything else: such a sleep is no gap.
        if (_ended != 0 && now - _ended >= (_isAsleep ? _gap : _absence))
            _began = 0;
        _ended = 0;
        if (_began != 0)
            return now - _began >= _budget;
        _began = now;
        return false;
    }

    /// <summary>A turn has ended.</summary>
    internal void NoteEnd(bool isAsleep)
    {
        if (!IsLimited)
            return;
        _ended = Stopwatch.GetTimestamp();
        _isAsleep = isAsleep;
    }

    /// <summary>The host gets its turn, or has nothing to do with it.</summary>
    internal void Restart()
    {
        _began = 0;
        _ended = 0;
    }

    private static long Ticks(TimeSpan span) => (long)Math.Min(span.TotalSeconds * Stopwatch.Frequency, long.MaxValue / 2);
}
