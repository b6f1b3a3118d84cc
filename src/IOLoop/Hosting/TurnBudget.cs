using System.Diagnostics;

namespace IOLoops.Hosting;

/// <summary>
/// How long turns have followed one another without a gap in which the host could do something else. The owner of the turn alone.
/// </summary>
/// <param name="budget">How long they may; null: without end.</param>
internal sealed class TurnBudget(TimeSpan? budget)
{
    /// <summary>A gap that is not shorter gives the host its turn: it runs at least one thing that waits.</summary>
    internal static readonly TimeSpan Gap = TimeSpan.FromMicroseconds(200);

    private static readonly long GapTicks = Ticks(Gap);

    private readonly long _budget = budget is { } limit ? Ticks(limit) : long.MaxValue;
    private long _began; // a timestamp: when the first of these turns came; 0: the next one is the first
    private long _slept; // a timestamp: since when the loop sleeps; 0: it has not slept since the last turn came

    internal bool IsLimited => _budget != long.MaxValue;

    /// <summary>A turn has come.</summary>
    /// <returns>Whether the turns before it have used up the budget.</returns>
    internal bool IsUsedUp()
    {
        if (!IsLimited)
            return false;
        long now = Stopwatch.GetTimestamp();
        // The sleeper may wake the loop at once, before the host has got to anything else: such a sleep is no gap.
        if (_slept != 0 && now - _slept >= GapTicks)
            _began = 0;
        _slept = 0;
        if (_began != 0)
            return now - _began >= _budget;
        _began = now;
        return false;
    }

    /// <summary>The loop goes to sleep.</summary>
    internal void NoteSleep()
    {
        if (IsLimited)
            _slept = Stopwatch.GetTimestamp();
    }

    /// <summary>The host gets its turn, or has nothing to do with it.</summary>
    internal void Restart() => _began = 0;

    private static long Ticks(TimeSpan span) => (long)Math.Min(span.TotalSeconds * Stopwatch.Frequency, long.MaxValue / 2);
}
