using IOLoops.Core;
using IOLoops.Polling;

namespace IOLoops.Hosting;

/// <summary>
/// Has a host run the turns of a loop: posts one at a time, and while there is nothing to do leaves the waiting to a
/// sleeper and to a timer of the host's.
/// </summary>
/// <remarks>
/// <para>
/// Who posts. The callback queue says whether the loop is asleep; whoever has a reason for a turn (a callback, a stop, the
/// sleeper, the timer) and takes the loop out of its sleep posts one, all others are silent. A turn that leaves work posts
/// the next itself. So at most one is posted, whatever happens.
/// </para>
/// <para>
/// Why no wake-up is lost. At its end a turn first says that the loop sleeps, then arms the sleeper and the timer. What
/// happens before that is found by the check that going to sleep includes; what happens after finds the loop asleep. A turn
/// posted while the sleeper is being armed waits at the gate, so that it begins with all of that done.
/// </para>
/// <para>
/// On a host that may nest turns by itself, a turn posts its successor before it calls anybody. Until that one runs, nested or
/// not, it finds whatever is added; a nested turn ends as any other does, with the loop asleep or a successor posted.
/// </para>
/// <para>
/// Why turns do not overlap. A turn holds the gate from its beginning until the loop sleeps or the next turn is posted. The
/// gate is re-entrant: a turn on the same thread is a nested one, of a host that is being pumped.
/// </para>
/// </remarks>
internal sealed partial class TurnDriver
{
    [ThreadStatic]
    private static TurnDriver? t_posting;

    private readonly HostedIOLoop _loop;
    private readonly ILoopHost _host;
    private readonly ISleeper _sleeper;
    private readonly Action _turn;
    private readonly Action _onAttached;
    private readonly Action _onDetached;
    private readonly bool _isVirtual;
    private readonly bool _keepsContext;
    private readonly bool _mayNest;
    private readonly Lock _turnGate = new();
    private int _depth;              // guarded by _turnGate; how many turns are on the stack
    private volatile HostedRun? _run; // null between runs
    private InvalidOperationException? _inline; // the host has broken its promise
    private int _posted;             // whether a turn is posted that has not begun; interlocked

    internal TurnDriver(HostedIOLoop loop, ILoopHost host, IPoller poller)
    {
        _loop = loop;
        _host = host;
        _turn = RunPosted;
        _onDeadline = OnDeadline;
        _probe = () => Interlocked.Exchange(ref _isProbing, 0);
        _onAttached = () => loop.SetRunning(true);
        _onDetached = () => loop.SetRunning(false);
        _isVirtual = host.UsesVirtualTime;
        _keepsContext = host.KeepsSynchronizationContext;
        _mayNest = host.MayNest;
        _sleeper = poller.CreateSleeper(() =>
        {
            Core!.Counters.SleeperWakeUps++;
            if (Core.TryWake())
                RequestTurn();
        });
    }

    /// <summary>Set once, by the constructor of the loop.</summary>
    internal LoopCore Core { get; set; } = null!;

    /// <summary>What a turn does before it calls anybody: null unless the host may nest turns by itself.</summary>
    internal Action? BeforeCalls => _mayNest ? RequestTurn : null;

    /// <summary>Makes a turn happen. Any thread; the caller has taken the loop out of its sleep.</summary>
    internal void RequestTurn()
    {
        if (_run is { } run)
            PostTurn(run);
    }

    private void PostTurn(HostedRun run)
    {
        // Cleared when a turn begins, before it looks for work: who finds it set has queued what that turn will see.
        if (Interlocked.Exchange(ref _posted, 1) == 0)
            Post(run, _turn);
    }

    private void Post(HostedRun run, Action turn)
    {
        var outer = t_posting;
        t_posting = this;
        try
        {
            _host.Post(turn);
            LoseIfInline(run);
        }
        catch (Exception exception)
        {
            Interlocked.Exchange(ref _posted, 0); // it will not come
            Lose(run, Gone(exception));
        }
        finally
        {
            t_posting = outer;
        }
    }

    /// <summary>What is posted to the host.</summary>
    private void RunPosted()
    {
        ThrowIfInline();
        HostedRun? run;
        lock (_turnGate)
        {
            Interlocked.Exchange(ref _posted, 0);
            if (_unreleased.Count > 0)
                _unreleased.RemoveAll(static ended => ended.TryReleaseLife());
            run = _run; // behind the fence: see Begin
            if (run is not null)
                RunTurn(run);
        }
        EndIfNeeded(run);
    }

    private void ThrowIfInline()
    {
        if (!ReferenceEquals(t_posting, this))
            return;
        _inline = new InvalidOperationException(
            $"The host of {_loop.Name} ran a turn inside Post or PostAfter, on the thread that called it. It must queue what it is given. Use a host or scheduler that runs its work later, for example on its own thread.");
        throw _inline;
    }

    /// <summary>The host may have caught what it was told.</summary>
    private void LoseIfInline(HostedRun run)
    {
        if (_inline is { } failure)
            Lose(run, Gone(failure));
    }

    /// <summary>One turn, under the gate.</summary>
    private void RunTurn(HostedRun run)
    {
        _depth++;
        try
        {
            if (!run.HasBegun)
                run.Begin(_host.IsOnHostThread);
            TurnOnThisThread(run);
        }
        catch (Exception exception)
        {
            run.Lost ??= Failed(exception); // by the poller. Nothing may escape into the host
        }
        _depth--;
        try
        {
            Continue(run);
        }
        catch (Exception exception)
        {
            Lose(run, Failed(exception)); // no sleeper could be had
        }
    }

    private void TurnOnThisThread(HostedRun run)
    {
        var scope = Core.EnterTurn(_keepsContext ? SynchronizationContext.Current : _loop.SynchronizationContext);
        try
        {
            if (!run.MustEnd && !Core.StopRequested)
                Core.Turn(0);
        }
        finally
        {
            Core.ExitTurn(scope);
        }
    }

    /// <summary>What comes after a turn: the end, the next turn, or sleep.</summary>
    private void Continue(HostedRun run)
    {
        if (run.MustEnd || Core.StopRequested)
            EndTurns(run);
        else if (_mayNest && Volatile.Read(ref _posted) != 0)
            return; // by this turn, before it called anybody: the next one decides
        else if (Core.HasQueuedWork || (!_isVirtual && (Core.FoundReady || Core.HasAlwaysReadyWork())) || !Core.TrySleep())
            PostNext(run);
        else
            Sleep(run);
    }

    /// <summary>There is work, or a descriptor was ready and may be again: a turn that finds nothing is cheaper than waking two threads.</summary>
    private void PostNext(HostedRun run)
    {
        if (!_isVirtual)
        {
            PostTurn(run);
            return;
        }
        // Time that stands still while callbacks add callbacks would never reach a timeout. And whatever another thread may
        // have posted, the host need not have taken it.
        PostAfter(run, TimeSpan.FromTicks(1), _turn);
    }

    private void Sleep(HostedRun run)
    {
        if (_depth == 0) // else the turn below is in the middle of a call
            Core.BeginSleep();
        ArmTimer(run);
        if (_isVirtual || run.IsOver)
            return;
        if (Core.HasDescriptors)
            _sleeper.Arm();
        else
            _sleeper.Leave();
    }
}
