using IOLoops.Diagnostics;
using IOLoops.Groups;
using Microsoft.Extensions.Logging;

namespace IOLoops;

/// <summary>
/// Native loops, each on its own thread, that start, stop and are closed together: one loop per core, for work that one core cannot do.
/// </summary>
/// <remarks>
/// <para>
/// The loops share nothing. A descriptor, a timeout and a connection belong to the loop that they were added to, and only that loop's
/// thread may use them: see <see cref="IOLoop"/>. <see cref="Next"/> says which loop gets the next of them. To use something of another
/// loop, call <see cref="IOLoop.AddCallback(Action)"/> or <see cref="IOLoop.InvokeAsync(Action)"/> there.
/// </para>
/// <para>
/// Threads: any thread may call the members of a group. Handlers of <see cref="LoopEnded"/> run on a thread of the pool, those of
/// <see cref="CallbackException"/> on the loop's.
/// </para>
/// <para>
/// Errors: a callback that fails is reported as on a single loop. The run of a loop that ends before the group was asked to stop is
/// logged and raises <see cref="LoopEnded"/>; <see cref="Next"/> no longer returns that loop. By option each of the two stops all loops.
/// </para>
/// </remarks>
public sealed partial class LoopGroup : IDisposable, IAsyncDisposable
{
    private readonly LoopMember[] _members;
    private readonly LoopChooser _chooser;
    private readonly ILogger _logger;
    private readonly bool _stopWhenOneEnds;
    private readonly Lock _gate = new();
    private GroupRun? _run;      // this and what follows guarded by _gate
    private bool _stopRequested; // while no run is under way: the next one ends at once
    private bool _isDisposed;

    /// <summary>A group with the default options: a loop for each processor.</summary>
    /// <exception cref="IOException">The kernel has no descriptors left.</exception>
    public LoopGroup()
        : this(new LoopGroupOptions())
    {
    }

    /// <summary>A group with options.</summary>
    /// <param name="options">How many loops, and what they are like.</param>
    /// <param name="create">Makes each loop, from options that have the loop's name; <see langword="null"/>: a <see cref="PollIOLoop"/>.
    /// The group closes what it returns.</param>
    /// <exception cref="ArgumentNullException"><paramref name="options"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    /// <exception cref="PlatformNotSupportedException">This system lacks the poller asked for.</exception>
    /// <exception cref="IOException">The kernel has no descriptors left.</exception>
    public LoopGroup(LoopGroupOptions options, Func<PollIOLoopOptions, PollIOLoop>? create = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Count < 1)
            throw new ArgumentOutOfRangeException(nameof(options), options.Count, "A group has at least one loop: set Count to 1 or more.");
        if (!Enum.IsDefined(options.Distribution))
            throw new ArgumentOutOfRangeException(nameof(options), options.Distribution, "Set Distribution to RoundRobin or LeastLoaded.");
        Name = options.Name ?? nameof(LoopGroup);
        _logger = LoopLog.CreateLogger(options.LoggerFactory, Name);
        _members = CreateAll(options, Name, create ?? (static options => new PollIOLoop(options)));
        Loops = Array.AsReadOnly(Array.ConvertAll(_members, static member => member.Loop));
        _chooser = new LoopChooser(_members, options.Distribution);
        _stopWhenOneEnds = options.StopWhenOneEnds;
        foreach (var loop in Loops)
        {
            loop.CallbackException += (sender, failure) => CallbackException?.Invoke(sender, failure);
            if (options.StopOnCallbackFailure)
                loop.UnhandledFailure = StopFor;
        }
    }

    /// <summary>The group's name. A loop's name is this with its number: <c>LoopGroup-0</c>.</summary>
    public string Name { get; }

    /// <summary>All loops, also those whose run has ended.</summary>
    public IReadOnlyList<PollIOLoop> Loops { get; }

    /// <summary>Whether the run of the group is under way. Any thread.</summary>
    public bool IsRunning
    {
        get
        {
            lock (_gate)
                return CurrentRun is not null;
        }
    }

    /// <summary>
    /// Raised when the run of a loop has ended before the group was asked to stop: because the system failed, or because code stopped or
    /// closed that loop. On a thread of the pool, after the end was logged. What a handler throws is logged. Do not
    /// wait for the end of the group's run in a handler: it ends after the handlers.
    /// </summary>
    public event EventHandler<LoopEndedEventArgs>? LoopEnded;

    /// <summary>
    /// Raised when a callback, timeout or handler of any of the loops has failed, after the loop's own
    /// <see cref="IOLoop.CallbackException"/>. The sender is the loop. Raised where that is raised.
    /// </summary>
    public event EventHandler<CallbackExceptionEventArgs>? CallbackException;

    /// <summary>Guarded by <see cref="_gate"/>: the run, unless it has ended.</summary>
    private GroupRun? CurrentRun => _run is { Ended.IsCompleted: false } run ? run : null;

    /// <summary>
    /// The loop that gets the next connection, descriptor or piece of work, as <see cref="LoopGroupOptions.Distribution"/> says. Not a loop
    /// whose run has ended before that of the group. Any thread.
    /// </summary>
    /// <remarks>A run may end at any time, also just before this returns: what is queued on that loop then waits for the next run.</remarks>
    /// <exception cref="InvalidOperationException">The runs of all loops have ended, though the group was not asked to stop.</exception>
    /// <exception cref="ObjectDisposedException">The group was disposed of, or all its loops are closed.</exception>
    public PollIOLoop Next()
    {
        if (_chooser.Next() is { } member)
            return member.Loop;
        ObjectDisposedException.ThrowIf(Loops.All(static loop => loop.IsClosed), this);
        throw new InvalidOperationException($"{Name}: the runs of all loops have ended. See the log, or the event LoopEnded, for the reasons.");
    }

    /// <summary>Whether work may be given to a loop of this group: it is open, and its run has not ended before that of the group. Any thread.</summary>
    /// <param name="loop">A loop. False for one that is not of this group.</param>
    public bool IsAvailable(PollIOLoop loop) => Array.Exists(_members, member => member.Loop == loop && member.IsAvailable);

    private static LoopMember[] CreateAll(LoopGroupOptions options, string name, Func<PollIOLoopOptions, PollIOLoop> create)
    {
        var members = new List<LoopMember>(options.Count);
        try
        {
            for (int i = 0; i < options.Count; i++)
            {
                var loop = create(new PollIOLoopOptions
                {
                    Name = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{name}-{i}"),
                    LoggerFactory = options.LoggerFactory,
                    MaxEventsPerTurn = options.MaxEventsPerTurn,
                    Poller = options.Poller,
                    Waker = options.Waker,
                    TimeProvider = options.TimeProvider,
                });
                members.Add(new LoopMember(loop ?? throw new ArgumentException("The function that makes loops returned null.", nameof(create))));
            }
        }
        catch
        {
            members.ForEach(static member => member.Loop.Dispose());
            throw;
        }
        return [.. members];
    }

    private void Report(PollIOLoop loop, Exception? failure)
    {
        LoopLog.EndedBeforeGroup(_logger, failure, loop.Name, Name, DescribeOthers(loop));
        try
        {
            if (_stopWhenOneEnds)
                StopRun();
        }
        catch (Exception exception)
        {
            LoopLog.GroupStopFailed(_logger, exception, Name);
        }
        try
        {
            LoopEnded?.Invoke(this, new LoopEndedEventArgs(loop, failure));
        }
        catch (Exception exception)
        {
            LoopLog.LoopEndedHandlerFailed(_logger, exception, Name);
        }
    }

    private string DescribeOthers(PollIOLoop loop)
    {
        if (!Array.Exists(_members, member => member.Loop != loop && member.IsAvailable))
            return "No other loop of the group runs.";
        return _stopWhenOneEnds ? "The other loops stop, too." : "The other loops continue.";
    }

    /// <summary>Not <see cref="Stop"/>: when the run has ended by itself meanwhile, the next one is not meant.</summary>
    // Modelled in tests/models: group.
    private void StopRun()
    {
        GroupRun? run;
        lock (_gate)
            run = CurrentRun;
        run?.Stop();
    }

    /// <summary>A callback of a loop has failed, and no handler has handled it.</summary>
    private void StopFor(Exception failure)
    {
        GroupRun? run;
        lock (_gate)
            run = CurrentRun;
        if (run is null || run.IsStopping)
            return;
        run.Fail(failure);
        run.Stop();
    }
}
