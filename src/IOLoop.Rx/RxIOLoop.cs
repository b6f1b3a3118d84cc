using System.Reactive.Concurrency;

namespace IOLoops.Rx;

/// <summary>
/// A loop that runs on an Rx scheduler: file descriptors, timeouts and callbacks on the scheduler that a program's
/// observables run on already.
/// </summary>
/// <remarks>
/// <para>
/// On an <see cref="EventLoopScheduler"/> everything runs on its thread. On schedulers without a thread of their own
/// (<see cref="TaskPoolScheduler"/>, <see cref="ThreadPoolScheduler"/>, <see cref="NewThreadScheduler"/>) turns run on whatever
/// thread the scheduler picks, one after another, never two at a time.
/// </para>
/// <para>
/// On virtual time (<see cref="HistoricalScheduler"/>, schedulers derived from <see cref="VirtualTimeScheduler{TAbsolute, TRelative}"/>)
/// nothing happens until time is moved: timeouts fire when it reaches them, a turn every millisecond of it asks for ready
/// descriptors and for what other threads have added, and no other thread takes part, so a run is the same each time. The
/// loop belongs to the thread that moves time. While it runs there is always something scheduled: move time with
/// AdvanceBy or AdvanceTo, or with <see cref="HostedIOLoop.Start"/>, which moves it until the loop is stopped.
/// </para>
/// <para>
/// On Rx's schedulers of real time the loop has the system's monotonic clock, and one timer of its own, which schedules a turn. On
/// a scheduler with a time of its own (virtual time, a loop's, one that was written elsewhere) time is that of a stopwatch of the
/// scheduler's, beginning with its <see cref="IScheduler.Now"/>. Timeouts are as precise as the timers, but never early.
/// </para>
/// </remarks>
/// <example>
/// <code>
/// var loop = RxIOLoop.Attach(scheduler);
/// await loop.InvokeAsync(() => loop.AddHandler(socket, onReadable, IOEvents.Read));   // called on the scheduler's thread
/// await end;
/// await loop.DisposeAsync();                                                    // the scheduler continues
/// </code>
/// </example>
public class RxIOLoop : HostedIOLoop
{
    /// <summary>A loop on a scheduler. It does not run yet.</summary>
    /// <param name="scheduler">Not disposed by the loop. When it is disposed under the loop, the loop stops, at the latest when its next turn is posted.</param>
    /// <param name="options">Name, logging, poller; <see langword="null"/> for the defaults.</param>
    /// <exception cref="ArgumentNullException"><paramref name="scheduler"/> is null.</exception>
    /// <exception cref="ArgumentException">
    /// It is <see cref="ImmediateScheduler"/> or <see cref="CurrentThreadScheduler"/>, also behind a wrapper, which run work inside the
    /// call that schedules it: take an <see cref="EventLoopScheduler"/>. Or it is virtual time behind DisableOptimizations.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    /// <exception cref="PlatformNotSupportedException">This system lacks the poller asked for.</exception>
    /// <exception cref="IOException">The kernel has no descriptors left.</exception>
    public RxIOLoop(IScheduler scheduler, HostedIOLoopOptions? options = null)
        : base(SchedulerHost.Create(scheduler), options) => Scheduler = scheduler;

    /// <summary>Makes a loop on a scheduler and begins to run it there.</summary>
    /// <inheritdoc cref="RxIOLoop(IScheduler, HostedIOLoopOptions?)"/>
    /// <exception cref="InvalidOperationException">The scheduler was disposed.</exception>
    public static RxIOLoop Attach(IScheduler scheduler, HostedIOLoopOptions? options = null) => Attached(new RxIOLoop(scheduler, options));

    /// <summary>What the loop runs on.</summary>
    public IScheduler Scheduler { get; }
}
