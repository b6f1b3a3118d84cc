using System.Runtime.CompilerServices;
using IOLoops.Callbacks;
using IOLoops.Diagnostics;
using IOLoops.Hosting;
using IOLoops.Interop;
using IOLoops.Ownership;
using IOLoops.Polling;
using IOLoops.Tasks;
using IOLoops.Timeouts;
using IOLoops.Turns;

namespace IOLoops;

/// <summary>
/// A loop that runs inside a foreign event loop: its handlers, timeouts and callbacks run as work of that host, in turns
/// that are posted to it, one at a time. It never blocks the host: while nothing is to be done, another thread waits for
/// its descriptors.
/// </summary>
/// <remarks>
/// <para>
/// <see cref="Attach"/> begins to run it and returns; <see cref="Start"/> and <see cref="IOLoop.RunSync(Action, TimeSpan?)"/>
/// wait, pumping the host on its own thread where the host allows that, else blocking a thread that is not the host's.
/// </para>
/// <para>
/// Turns never overlap, also on a host that has no thread of its own; the loop's thread is then the one that runs the
/// current turn. When the host is gone (its scheduler was disposed, its thread has ended) no handler runs elsewhere:
/// <see cref="Start"/> and RunSync end with an <see cref="InvalidOperationException"/>.
/// </para>
/// </remarks>
/// <example>
/// In a host of yours:
/// <code>
/// var loop = new HostedIOLoop(host);
/// loop.Attach();                                                                // returns at once; the host runs the turns
/// await loop.InvokeAsync(() => Console.WriteLine("in the host"));
/// await loop.DisposeAsync();                                                    // ends the run, and takes nothing from the host
/// </code>
/// </example>
public class HostedIOLoop : KernelIOLoop
{
    private readonly LoopCore _core;
    private readonly TurnDriver _driver;
    private int _hasNotedStranded; // interlocked

    /// <summary>A loop inside a host. It does not run yet.</summary>
    /// <param name="host">The foreign loop.</param>
    /// <param name="options">Name, logging, poller; <see langword="null"/> for the defaults.</param>
    /// <exception cref="ArgumentNullException"><paramref name="host"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    /// <exception cref="PlatformNotSupportedException">This system lacks the poller asked for.</exception>
    /// <exception cref="IOException">The kernel has no descriptors left.</exception>
    public HostedIOLoop(ILoopHost host, HostedIOLoopOptions? options = null)
        : this(host, options, PollerFactory.CreateHosted)
    {
    }

    /// <summary>Over a poller that no system takes by default: the tests' own.</summary>
    internal HostedIOLoop(ILoopHost host, HostedIOLoopOptions? options, Func<PollerKind, IPoller> createPoller)
        : base(options)
    {
        ArgumentNullException.ThrowIfNull(host);
        Host = host;
        var poller = createPoller(options?.Poller ?? PollerKind.Default);
        try
        {
            var abilities = new HostAbilities(host);
            LoopClock clock = abilities.Clock is { } own ? new HostClock(own) : new LoopClock.System();
            options ??= new HostedIOLoopOptions();
            var driver = _driver = new TurnDriver(this, abilities, poller, clock, TurnBudget.Of(abilities, options));
            _core = new LoopCore(
                this, poller, clock, driver.RequestTurn, options, () => abilities.IsOnHostThread, driver.BeforeCalls, driver.PausesBatch);
            driver.Turns = new HostedTurns(_core);
            Use(_core);
        }
        catch
        {
            poller.Dispose();
            throw;
        }
    }

    /// <summary>The foreign loop.</summary>
    protected ILoopHost Host { get; }

    /// <summary>
    /// Begins to run the loop in its host, and returns. It runs until the turn that follows <see cref="Stop"/> has ended,
    /// or until <see cref="Stop"/> is called on the host's own thread between turns, so that the loop can be closed then and there; a
    /// <see cref="Stop"/> that came before ends it at once. Any thread.
    /// </summary>
    /// <exception cref="InvalidOperationException">
    /// The loop runs already, or the host is gone. A run that RunSync has given up lasts until the callback returns that it was
    /// in the middle of.
    /// </exception>
    /// <exception cref="ObjectDisposedException">The loop is closed.</exception>
    public void Attach() => _driver.Attach();

    /// <summary>
    /// Ends with the current run, or with the last one when the loop does not run; completed before the first. If the host
    /// was lost, it fails with an <see cref="InvalidOperationException"/>, whose inner exception is what the host failed with. That
    /// failure is also logged, and raises no <see cref="TaskScheduler.UnobservedTaskException"/> if it is not observed. Any thread. Code
    /// that awaits it inside a turn resumes after the run has ended, and may call <see cref="Close"/> there.
    /// </summary>
#pragma warning disable VSTHRD003 // callers await it
    public Task Completion => _driver.Completion;
#pragma warning restore VSTHRD003

    /// <summary>For the static Attach of derived classes: attaches a new loop, and closes it again when that fails.</summary>
    /// <returns>The loop.</returns>
    /// <inheritdoc cref="Attach()" path="/exception"/>
    protected static TLoop Attached<TLoop>(TLoop loop)
        where TLoop : HostedIOLoop
    {
        ArgumentNullException.ThrowIfNull(loop);
        try
        {
            loop.Attach();
        }
        catch
        {
            loop.Close();
            throw;
        }
        return loop;
    }

    /// <summary>
    /// Runs the loop in its host and waits until it has stopped: by pumping the host, on its own thread and if it can be
    /// pumped, or by blocking the calling thread. A run that RunSync has given up is waited for first.
    /// </summary>
    /// <exception cref="InvalidOperationException">
    /// The loop runs already; or this is the host's thread, as far as the host knows it, which would wait for itself; or the
    /// host is gone, or stopped being pumped.
    /// </exception>
    /// <exception cref="ObjectDisposedException">The loop is closed.</exception>
    public override void Start()
    {
        _driver.WaitForAbandonedRun(null);
        _driver.Run(null, CancellationToken.None);
    }

    internal override TimeSpan? WaitForAbandonedRun(TimeSpan? limit) => _driver.WaitForAbandonedRun(limit);

    internal override bool StartWithin(TimeSpan? limit, CancellationToken cancellationToken) => _driver.Run(limit, cancellationToken);

    internal override Task RunNested(Func<Task> func, Delegate original, TimeSpan? timeout, CancellationToken cancellationToken)
    {
        if (!IsOnLoopThread || !_driver.CanPump)
            return base.RunNested(func, original, timeout, cancellationToken);
        var until = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return new SyncRun(this, func, original, () => until.TrySetResult(), cancellationToken).ToEnd(timeout, () => _driver.PumpNested(until, timeout, cancellationToken));
    }

    /// <inheritdoc/>
    public override void Stop() => _driver.Stop();

    /// <summary>
    /// Closes a loop that does not run: its poller, its handlers, its timeouts and what they held; nothing of the host's.
    /// Callbacks that were accepted and have not run are reported in one log entry. Closing again does nothing.
    /// </summary>
    /// <inheritdoc/>
    public override void Close(bool allFds = false)
    {
        if (_core.Close(allFds, () => IsClosed = true))
            _driver.Dispose();
    }

    /// <summary>
    /// For loops over hosts whose end does not show in a failing post: reports that the host will run no more turns, posted ones
    /// included. Ends the run, as a failing post does. Any thread. Does nothing when the loop does not run.
    /// </summary>
    /// <param name="cause">Is logged, and is the inner exception of what <see cref="Start"/> and RunSync throw.</param>
    protected void ReportHostLost(Exception cause)
    {
        ArgumentNullException.ThrowIfNull(cause);
        _driver.OnHostLost(cause);
    }

    /// <summary>
    /// Code that awaits something on a stopped loop waits for a run that may never come, which is reported. Callbacks that wait for
    /// the next run are no mistake.
    /// </summary>
    internal override void NotePostedAtRest(SendOrPostCallback callback, object? state)
    {
        if (_driver.HasRun && LoopSynchronizationContext.Awaiting(state) is { } method)
            NoteStranded(method);
    }

    internal void NoteStranded(string method)
    {
        if (Interlocked.Exchange(ref _hasNotedStranded, 1) == 0)
            LoopLog.AwaitStranded(Logger, Name, method);
    }

    internal void LogLost(Exception failure) => LoopLog.HostLost(Logger, failure, Name);
}
