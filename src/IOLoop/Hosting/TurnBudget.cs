using System.Diagnostics;

namespace IOLoops.Hosting;

/// <summary>
/// How long turns have followed one another without a gap in which the host could do something else. The owner of the turn alone.
/// </summary>
/// <remarks>
/// Several loops may share a host. A gap between the turns of one is none if another's turns fill it, and a loop that gives way
/// alone gives way to the other loops only. So each looks at the turns of all on its thread, and once one has given way, the
/// others do so as their turns come, which are next in the queue. They do not for each other's sake, so they all run again after the pause.
/// </remarks>
/// <param name="budget">How long they may, before the host is asked for other work; null: without end.</param>
/// <param name="unasked">How long they may, whatever the host says; null: without end.</param>
internal sealed class TurnBudget(TimeSpan? budget, TimeSpan? unasked = null)
{
    /// <summary>A gap in which nothing of the loop's is posted, and that is not shorter, lets the host run one thing at least.</summary>
    internal static readonly TimeSpan Gap = TimeSpan.FromMicroseconds(200);

    [ThreadStatic]
    private static ThreadTurns? t_turns;

    private static readonly TimeSpan Absence = TimeSpan.FromMilliseconds(10);

    private readonly long _budget = Ticks(budget ?? TimeSpan.MaxValue);
    private readonly long _unasked = Ticks(unasked ?? TimeSpan.MaxValue);
    private readonly long _gap = Ticks(Gap);
    private readonly long _absence = Ticks(budget > Absence ? budget.Value : Absence); // of a host that has not run a posted turn: it did other work
    private long _began;     // a timestamp: when the first of these turns came; 0: the next one is the first
    private long _asked;     // a timestamp: when the host last had no other work
    private long _ended;     // a timestamp: when the last turn ended; 0: none has since the last one came
    private bool _isAsleep;  // whether it left the loop asleep
    private bool _hasUsedIt; // whether the turn that came last found the budget used up by this loop
    private ThreadTurns? _thread; // on which it ran

    internal bool IsLimited => budget is not null;

    internal static TurnBudget Of(HostAbilities host, HostedIOLoopOptions options)
    {
        if (host.UsesVirtualTime)
            return new TurnBudget(null); // time that a test moves is not the host's own
        var prompt = host.Yielding as IPromptHost;
        return new TurnBudget(
            prompt is null || options.IsBudgetSet ? options.TurnBudget : prompt.SuitedBudget,
            prompt is { SeesAll: false } ? options.TurnBudget : null);
    }

    /// <summary>Whether the current turn and those before it have used up the budget by now.</summary>
    internal bool IsSpent()
    {
        long now = Stopwatch.GetTimestamp();
        if (_began == 0)
            _began = now; // a turn nested in a handler has given way
        return IsSpent(now);
    }

    private bool IsSpent(long now) => now - Math.Max(_began, _asked) >= _budget;

    /// <summary>Whether turns have followed one another for so long that the host gets its turn also if it knows of no other work.</summary>
    internal bool IsUpUnasked() => Stopwatch.GetTimestamp() - _began >= _unasked;

    /// <summary>The host runs a turn.</summary>
    /// <returns>Whether the turns before it have used up the budget.</returns>
    internal bool IsUsedUp()
    {
        if (!IsLimited)
            return false;
        long now = Stopwatch.GetTimestamp();
        var all = ReferenceEquals(_thread, t_turns) ? _thread : null; // else the host has several threads, which say nothing about it
        if (_ended != 0 && IsGap(now, all))
        {
            _began = 0;
            if (all is not null)
                all.Gap = now;
        }
        else if (all is not null && all.Gap > _began)
        {
            _began = 0; // before a turn of another loop
        }
        _ended = 0;
        _hasUsedIt = _began != 0 && IsSpent(now);
        if (_hasUsedIt)
            return true;
        // Also the first turn after a pause: else two loops would take turns at giving way, and the host would never get to anything.
        if (all is not null && now - all.GaveWay < _gap && !ReferenceEquals(all.GaveWayFor, this))
            return true;
        if (_began == 0)
            _began = now;
        return false;
    }

    /// <summary>The sleeper may wake the loop at once, before the host has got to anything else: such a sleep is no gap.</summary>
    private bool IsGap(long now, ThreadTurns? all) => all is null || all.Ended <= _ended
        ? now - _ended >= (_isAsleep ? _gap : _absence)
        : now - all.Ended >= (_isAsleep && all.IsAsleep ? _gap : _absence);

    /// <summary>
    /// The turn that came gives way. If only because another loop does, that is no reason for others: two loops with short turns would
    /// give each other one without end.
    /// </summary>
    internal void NoteGivingWay()
    {
        if (!_hasUsedIt)
            return;
        var all = t_turns ??= new ThreadTurns();
        all.GaveWay = Stopwatch.GetTimestamp();
        all.GaveWayFor = this;
    }

    /// <summary>A turn has ended.</summary>
    internal void NoteEnd(bool isAsleep)
    {
        if (!IsLimited)
            return;
        _ended = Stopwatch.GetTimestamp();
        _isAsleep = isAsleep;
        _thread = t_turns ??= new ThreadTurns();
        _thread.Ended = _ended;
        _thread.IsAsleep = isAsleep;
    }

    /// <summary>The host gets its turn.</summary>
    internal void Restart()
    {
        _began = 0;
        _ended = 0;
    }

    /// <summary>The host has no other work: another budget begins.</summary>
    internal void BeginAgain() => _asked = Stopwatch.GetTimestamp();

    private static long Ticks(TimeSpan span) => (long)Math.Min(span.TotalSeconds * Stopwatch.Frequency, long.MaxValue / 2);

    /// <summary>Of all loops whose turns run on a thread.</summary>
    private sealed class ThreadTurns
    {
        internal long Ended;                       // a timestamp: when the last turn ended
        internal long Gap;                         // a timestamp: when a turn last came after a gap
        internal bool IsAsleep;                    // whether that one left its loop asleep
        internal long GaveWay = long.MinValue / 2; // a timestamp: when a loop last gave way because it had used up its budget
        internal TurnBudget? GaveWayFor;           // that loop's
    }
}
