using IOLoops.Diagnostics;
using IOLoops.Polling;
using IOLoops.Tasks;
using IOLoops.Timeouts;
using IOLoops.Turns;

namespace IOLoops.Hosting;

/// <summary>
/// Has a host run the turns of a loop: posts one at a time, and while there is nothing to do leaves the waiting to a
/// sleeper and to a timer.
/// </summary>
/// <remarks>
/// <para>
/// Who posts. The callback queue says whether the loop is asleep; whatever has a reason for a turn (a callback, a stop, the
/// sleeper, the timer) and takes the loop out of its sleep posts one, all others are silent. A turn that leaves work posts
/// the next itself. So at most one is posted.
/// </para>
/// <para>
/// Why no wake-up is lost. At its end a turn first says that the loop sleeps, then arms the sleeper and the timer. What
/// happens before that is found by the check that going to sleep includes; what happens after finds the loop asleep, and posts a
/// turn. If that one comes while the first still arms, on another thread, it notes that it came, and the first posts it again.
/// </para>
/// <para>
/// On a host that may nest turns by itself, a turn posts its successor before it runs user code. Until that one runs, nested or
/// not, it finds whatever is added; a nested turn ends as any other does, with the loop asleep or a successor posted.
/// </para>
/// <para>
/// Why turns do not overlap. A turn owns the loop from its beginning until the loop sleeps or the next turn is to be posted; so does
/// whatever ends a run. See <see cref="TurnOwnership"/>: it is a state that no thread waits for. No lock is held while a handler runs,
/// while a member of the host or a logger is called, or while a timer is disposed of.
/// </para>
/// </remarks>
internal sealed partial class TurnDriver : IPoolPosts, IDisposable
{
    private readonly HostedIOLoop _loop;
    private readonly HostAbilities _host;
    private readonly HostPoster _poster;
    private readonly ISleeper _sleeper;
    private readonly DeadlineTimer _timer;
    private readonly HostDeadlineTimer? _hostTimer; // the same, if it is the host's
    private readonly TurnLink _link;
    private readonly RunEnds _ends;
    private readonly Action _runEnds;
    private readonly Func<bool>? _isNextPosted; // null: only a turn's end posts the next
    private readonly Func<bool>? _mayContinue;  // null: one turn for each post
    private readonly TurnOwnership _turns = new();
    private readonly TurnBudget _budget; // the owner's alone
    private volatile HostedRun? _run; // null between runs
    private volatile HostedRun? _inheriting; // the run that relies on a turn that was posted before it began, until one has run
    private int _came;                // changes with each turn that comes; volatile
    private int _posted;              // the ticket of the turn that is posted and has not come; 0: none; interlocked
    private int _lastTicket;          // interlocked
    private int _handed;              // the ticket of the last turn that the host has been given; interlocked

    internal TurnDriver(HostedIOLoop loop, HostAbilities host, IPoller poller, LoopClock clock, TurnBudget budget)
    {
        _loop = loop;
        _budget = budget;
        _host = host;
        _poster = new HostPoster(host, this);
        _link = new TurnLink(this);
        _ends = loop.RunEnds;
        _runEnds = RunEndsPosted;
        if (host.MayNest)
            _isNextPosted = () => Volatile.Read(ref _posted) != 0;
        else if (!host.UsesVirtualTime)
            _mayContinue = MayContinue;
        if (host.Clock is not null)
            _timer = _hostTimer = new HostDeadlineTimer(clock, host.UsesVirtualTime, delay => _poster.PostAfter(delay, _link.Deadline));
        else
            _timer = new SystemDeadlineTimer(clock, Wake);
        _sleeper = poller.CreateSleeper(() =>
        {
            Turns.Counters.SleeperWakeUps++;
            Wake();
        });
    }

    /// <summary>Set once, by the constructor of the loop.</summary>
    internal HostedTurns Turns { get; set; } = null!;

    /// <summary>What a turn does before it runs user code: null unless the host may nest turns by itself.</summary>
    internal Action? BeforeCalls => _host.MayNest ? RequestTurn : null;

    /// <summary>Makes a turn happen. Any thread; the caller has taken the loop out of its sleep.</summary>
    internal void RequestTurn()
    {
        if (_run is { } run)
            PostTurn(run);
    }

    /// <summary>The loop is closed: what the host still has of it leads nowhere.</summary>
    public void Dispose()
    {
        _link.Cut();
        _timer.Dispose();
    }

    /// <summary>The sleeper or the timer has something for the loop. On a thread of theirs.</summary>
    private void Wake()
    {
        if (Turns.TryWake())
            RequestTurn();
    }

    // Modelled in tests/models: hosted, restart.
    private void PostTurn(HostedRun run)
    {
        // Cleared when a turn comes, before it looks for work: what finds it set has queued what that turn will see.
        int ticket = NewTicket();
        if (Interlocked.CompareExchange(ref _posted, ticket, 0) != 0)
            return;
        if (Hand(_link.Turn) is not { } failure)
        {
            NoteHanded(ticket);
            WatchDeadThread(run);
            return;
        }
        Interlocked.Exchange(ref _posted, 0); // it will not come
        Lose(run, failure);
    }

    private int NewTicket()
    {
        int ticket = Interlocked.Add(ref _lastTicket, 2); // even: see BehindMark
        return ticket != 0 ? ticket : Interlocked.Add(ref _lastTicket, 2); // 0 stands for none
    }

    /// <summary>
    /// From here on the turn can be asked for: see <see cref="OnInquiry"/>. A thread that comes here late must not undo what a later
    /// one has noted: that turn could then not be asked for. A run that began before the note, and relies on the turn, has asked for an
    /// older one, and the host may have dropped this one meanwhile: so it is asked for here. <see cref="Inherit"/> says that it relies on
    /// a turn, fences, and reads the note; here it is the other way round: one of the two asks.
    /// </summary>
    // Modelled in tests/models: restart.
    private void NoteHanded(int ticket)
    {
        int known;
        do
        {
            known = Volatile.Read(ref _handed);
            if (known - ticket >= 0) // tickets may wrap around
                return;
        }
        while (Interlocked.CompareExchange(ref _handed, ticket, known) != known);
        if (_inheriting is not { } run)
            return;
        if (run.IsOver)
            Interlocked.CompareExchange(ref _inheriting, null, run); // it ended without a turn
        else
            Inquire(run, ticket);
    }

    /// <summary>The next turn of a loop that is awake.</summary>
    // Modelled in tests/models: virtual.
    private void PostNext(HostedRun run)
    {
        if (!_host.UsesVirtualTime)
        {
            PostTurn(run);
            return;
        }
        // Time that stands still while callbacks add callbacks would never reach a timeout. And whatever another thread may
        // have posted, the host need not have taken it.
        try
        {
            _poster.PostAfter(TimeSpan.FromTicks(1), _link.Turn);
        }
        catch (Exception exception)
        {
            Lose(run, Gone(exception));
        }
    }

    /// <summary>Gives something to the host. Any thread, holding nothing.</summary>
    /// <returns>Why the host must be taken for gone; null: it has taken it, or a thread of the pool is about to give it.</returns>
    private InvalidOperationException? Hand(Action work)
    {
        try
        {
            _poster.Post(work);
            return null;
        }
        catch (Exception exception)
        {
            return Gone(exception);
        }
    }

    /// <summary>The turn gets another ticket, which cannot be asked for until the thread of the pool has given the turn to the host.</summary>
    void IPoolPosts.Defer(Action work)
    {
        if (!ReferenceEquals(work, _link.Turn))
            return;
        int posted = Volatile.Read(ref _posted);
        if (posted != 0)
            Interlocked.CompareExchange(ref _posted, NewTicket(), posted); // else it was lost or came meanwhile
    }

    int IPoolPosts.BeginPost(Action work) => ReferenceEquals(work, _link.Turn) ? Volatile.Read(ref _posted) : 0;

    void IPoolPosts.EndPost(int begun)
    {
        if (begun != 0)
            NoteHanded(begun);
    }

    void IPoolPosts.FailPost(Action work, Exception exception)
    {
        if (ReferenceEquals(work, _link.Turn))
            Interlocked.Exchange(ref _posted, 0); // it will not come
        else
            Interlocked.Exchange(ref _isProbing, 0);
        if (_run is { } run)
            Lose(run, Gone(exception));
        RunElsewhere(); // it may have been what awaited the end of a run
    }

    /// <summary>What is posted to the host.</summary>
    // Modelled in tests/models: hosted, restart.
    internal void RunPosted()
    {
        if (_poster.IsInline(_link.Turn))
            return;
        // Before ownership is asked for: the owner that sees that this turn came must find it possible to post it again. A full
        // fence: a run that begins either sees this, and posts, or is seen here, or by the owner (see Begin).
        Interlocked.Exchange(ref _posted, 0);
        Volatile.Write(ref _came, _came + 1); // by several threads at once: that it changes is all that counts
        if (!_turns.TryEnter())
            return;
        if (_budget.IsUsedUp() && _run is { IsEnding: false, MustEnd: false } run && MustGiveWay(run))
            GiveWay(run);
        else
            RunAsOwner();
    }

    /// <summary>The host's own timer is due. On the host.</summary>
    // Modelled in tests/models: timers, virtual.
    internal void OnDeadline()
    {
        if (_poster.IsInline(_link.Deadline) || _run is not { } run)
            return;
        try
        {
            _hostTimer!.OnDue();
        }
        catch (Exception exception)
        {
            Lose(run, Gone(exception));
        }
        // If the loop is awake a turn runs, here or elsewhere, or is posted, and arms the timer at its end. In virtual time the
        // host need not have taken what another thread posted, or is about to post.
        if (_host.UsesVirtualTime)
            Interlocked.Exchange(ref _posted, 0);
        else if (!Turns.TryWake())
            return;
        if (!_turns.TryEnter())
            return;
        _budget.IsUsedUp(); // a timer of the host's is the host's turn, so this one need not give way; the next may
        RunAsOwner();
    }

    /// <summary>One turn of the loop's, which this thread owns, and all that follows from it.</summary>
    // Modelled in tests/models: hosted, restart.
    private void RunAsOwner()
    {
        var run = _run; // behind the fence that made this thread the owner
        if (run is not null && _inheriting == run)
            _inheriting = null; // a turn of it has run
        bool again = false;
        bool ended = false;
        bool came = false;
        try
        {
            again = run is { IsEnding: false } && RunTurn(run);
            if (again)
                _budget.NoteEnd(isAsleep: false);
            ended = run is not null && _turns.Depth == 1 && TryEnd(run);
        }
        finally
        {
            // The owner's fence: a turn that could not be had before it is seen here, one behind it can be had.
            came = _turns.Leave();
        }
        if ((again || came) && _run is { } current)
            PostNext(current); // behind the end of this turn: on a host with many threads it could not begin before
        if (ended)
            Finish(run!, isTurn: true);
        EndIfNeeded();
    }

    /// <returns>Whether the loop stays awake, so that another turn must follow.</returns>
    // Modelled in tests/models: virtual.
    private bool RunTurn(HostedRun run)
    {
        NextTurn next;
        try
        {
            if (run.State == RunState.Posted)
                run.NoteFirstTurn(_host.IsOnHostThread);
            next = run.MustEnd ? NextTurn.Stop : Turns.Turn(_loop.SynchronizationContext, _host.UsesVirtualTime, _isNextPosted, _mayContinue);
        }
        catch (Exception exception)
        {
            run.TryLose(Failed(exception)); // by the poller. Nothing may escape into the host
            next = NextTurn.Stop;
        }
        bool again = next.Kind == NextTurnKind.Again || (next.Kind == NextTurnKind.Sleep && !TrySleep(run, next));
        if (next.Kind != NextTurnKind.Stop && !run.MustEnd)
            return again;
        EndNested(); // what is pumped inside another turn ends at once, the run with the outermost one
        return false;
    }

    /// <summary>The loop says that it sleeps: now something must be there to wake it.</summary>
    /// <returns>False: a turn is due already.</returns>
    // Modelled in tests/models: hosted, timers, virtual.
    private bool TrySleep(HostedRun run, in NextTurn next)
    {
        if (_turns.Depth == 1) // else the turn below is in the middle of a call
            Turns.BeginSleep();
        _budget.NoteEnd(isAsleep: true); // before anything can wake the loop, which may be soon
        try
        {
            // If another thread has woken the loop meanwhile, it posts. A host of virtual time need not have taken that.
            if (!_timer.Arm(next.Deadline))
                return !Turns.TryWake() && !_host.UsesVirtualTime;
        }
        catch (Exception exception)
        {
            run.TryLose(Gone(exception));
            return true;
        }
        if (_host.UsesVirtualTime)
            return true;
        try
        {
            if (next.HasDescriptors)
                _sleeper.Arm();
            else
                _sleeper.Leave();
        }
        catch (Exception exception)
        {
            run.TryLose(Failed(exception)); // no sleeper could be had
        }
        return true;
    }
}
