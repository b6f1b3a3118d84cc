using System.Reactive.Concurrency;
using System.Runtime.CompilerServices;

namespace IOLoops.Rx;

/// <summary>
/// Runs Rx on a loop: what is scheduled becomes a callback or a timeout of an <see cref="IOLoop"/>, next to its file
/// descriptors, on its thread, one at a time.
/// </summary>
/// <remarks>
/// <para>
/// Any thread may schedule, and may dispose of what it scheduled. Items that are due at once run in the order of being
/// scheduled, those with a time in the order of their times; an item that an item schedules runs in the loop's next turn,
/// so descriptors are served in between. An item runs in the <see cref="ExecutionContext"/> of the call that scheduled
/// it, and an <c>await</c> in it resumes on the loop.
/// </para>
/// <para>
/// Times are the loop's: a timed item never runs early by <see cref="IOLoop.Time"/>, sub-millisecond times are
/// honoured where the loop honours them, and a loop on a virtual clock gives virtual time. A relative time counts from the
/// call, whichever thread makes it. An absolute time is converted to the loop's clock when it is scheduled: later
/// changes of the wall clock change nothing.
/// </para>
/// <para>
/// An item that throws is reported to <see cref="IOLoop.HandleCallbackException"/>; loop and process continue.
/// Disposing of an item from any thread keeps it from running if its turn has not come, and disposes of what
/// it returned, or will return.
/// </para>
/// </remarks>
/// <example>
/// <code>
/// using var scheduler = IOLoopScheduler.CreateOwned(new PollIOLoopOptions { Name = "prices" });
/// await Observable.Interval(TimeSpan.FromMilliseconds(1), scheduler)            // never early, on the loop's thread
///     .Take(3)
///     .ForEachAsync(number => Console.WriteLine($"tick {number}"));
/// </code>
/// </example>
public sealed class IOLoopScheduler : LocalScheduler, ISchedulerPeriodic, IDisposable
{
    private bool _ownsLoop; // written before any other code has the scheduler
    private volatile bool _isDisposed;

    /// <summary>Schedules on a loop, which it does not own. <see cref="LoopObservable.AsScheduler"/> gives one per loop.</summary>
    /// <exception cref="ArgumentNullException"><paramref name="loop"/> is null.</exception>
    public IOLoopScheduler(IOLoop loop)
    {
        ArgumentNullException.ThrowIfNull(loop);
        Loop = loop;
    }

    /// <summary>
    /// A scheduler with a loop and a thread of its own, as an <see cref="EventLoopScheduler"/> has: a <see cref="PollIOLoop"/> that
    /// runs on a background thread until the scheduler is disposed of.
    /// </summary>
    /// <param name="options">Name of loop and thread, logging, poller; <see langword="null"/> for the defaults.</param>
    /// <returns>Dispose of it on any thread.</returns>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    /// <exception cref="PlatformNotSupportedException">This system lacks the poller asked for.</exception>
    /// <exception cref="IOException">The kernel has no descriptors left.</exception>
    public static IOLoopScheduler CreateOwned(PollIOLoopOptions? options = null)
    {
        var loop = new PollIOLoop(options ?? new PollIOLoopOptions());
        try
        {
            var scheduler = new IOLoopScheduler(loop) { _ownsLoop = true };
            _ = scheduler.DisposeAfterAsync(loop.RunAsync());
            return scheduler;
        }
        catch
        {
            loop.Dispose(); // the process may have no more threads
            throw;
        }
    }

    /// <summary>Where items run.</summary>
    public IOLoop Loop { get; }

    /// <summary>The wall clock that goes with the loop's clock, in UTC. Any thread.</summary>
    public override DateTimeOffset Now => Loop.TimeProvider.GetUtcNow();

    /// <summary>Runs <paramref name="action"/> on the loop, in its next turn, in the order of the calls. Any thread.</summary>
    /// <typeparam name="TState">The type of <paramref name="state"/>.</typeparam>
    /// <param name="state">Passed to <paramref name="action"/>.</param>
    /// <param name="action">What it returns is disposed of together with the item.</param>
    /// <returns>Dispose of it, on any thread, to cancel the item.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="action"/> is null.</exception>
    /// <exception cref="ObjectDisposedException">The loop is closed, or the scheduler was disposed of.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)] // as the loop's own hot methods: good code from the first call
    public override IDisposable Schedule<TState>(TState state, Func<IScheduler, TState, IDisposable> action)
    {
        ArgumentNullException.ThrowIfNull(action);
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        var item = new SoonItem<TState>(this, state, action);
        Loop.AddWorkItem(item);
        return item;
    }

    /// <summary>Runs <paramref name="action"/> on the loop, <paramref name="dueTime"/> from now and never earlier. Any thread.</summary>
    /// <typeparam name="TState">The type of <paramref name="state"/>.</typeparam>
    /// <param name="state">Passed to <paramref name="action"/>.</param>
    /// <param name="dueTime">By the loop's clock, from this call; zero or negative: in the next turn.</param>
    /// <param name="action">What it returns is disposed of together with the item.</param>
    /// <returns>Dispose of it, on any thread, to cancel the item.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="action"/> is null.</exception>
    /// <exception cref="ObjectDisposedException">The loop is closed, or the scheduler was disposed of.</exception>
    public override IDisposable Schedule<TState>(TState state, TimeSpan dueTime, Func<IScheduler, TState, IDisposable> action)
    {
        ArgumentNullException.ThrowIfNull(action);
        if (dueTime <= TimeSpan.Zero)
            return Schedule(state, action);
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        var item = new TimedItem<TState>(this, state, action, Loop.Time + dueTime);
        item.Begin();
        return item;
    }

    /// <summary>Runs <paramref name="action"/> on the loop at a time of the wall clock, which is converted to the loop's clock now. Any thread.</summary>
    /// <typeparam name="TState">The type of <paramref name="state"/>.</typeparam>
    /// <param name="state">Passed to <paramref name="action"/>.</param>
    /// <param name="dueTime">By <see cref="Now"/>; one that has passed: in the next turn.</param>
    /// <param name="action">What it returns is disposed of together with the item.</param>
    /// <returns>Dispose of it, on any thread, to cancel the item.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="action"/> is null.</exception>
    /// <exception cref="ObjectDisposedException">The loop is closed, or the scheduler was disposed of.</exception>
    public override IDisposable Schedule<TState>(TState state, DateTimeOffset dueTime, Func<IScheduler, TState, IDisposable> action)
    {
        ArgumentNullException.ThrowIfNull(action);
        return Schedule(state, dueTime - Now, action);
    }

    /// <summary>
    /// Runs <paramref name="action"/> on the loop again and again, on a grid that does not drift: one period from now, two
    /// periods, three. Any thread.
    /// </summary>
    /// <remarks>
    /// As everywhere in Rx, calls never overlap and none is lost: <c>Observable.Interval</c> counts every period.
    /// Calls that are late follow one per turn of the loop, so that descriptors and other work are served in between,
    /// until the grid is reached again. (<see cref="PeriodicCallback"/> skips what it missed.) A call that throws is
    /// reported, leaves the state as it was, and does not end the series.
    /// </remarks>
    /// <typeparam name="TState">The type of <paramref name="state"/>.</typeparam>
    /// <param name="state">Passed to the first call.</param>
    /// <param name="period">By the loop's clock; zero: one call per turn of the loop.</param>
    /// <param name="action">What it returns is passed to the next call.</param>
    /// <returns>Dispose of it, on any thread and also inside <paramref name="action"/>, to end the series.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="action"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="period"/> is negative.</exception>
    /// <exception cref="ObjectDisposedException">The loop is closed, or the scheduler was disposed of.</exception>
    public IDisposable SchedulePeriodic<TState>(TState state, TimeSpan period, Func<TState, TState> action)
    {
        ArgumentNullException.ThrowIfNull(action);
        ArgumentOutOfRangeException.ThrowIfLessThan(period, TimeSpan.Zero);
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        var item = new PeriodicItem<TState>(this, state, period, action, Loop.Time + period);
        item.Begin();
        return item;
    }

    /// <summary>
    /// Ends a scheduler that <see cref="CreateOwned"/> has made: from this moment on it accepts no items. Its loop stops after the turn
    /// that is under way, and is then closed; items that were accepted and never ran are counted in one log entry. Any thread, also
    /// inside an item. Never waits and never throws. To wait for the end, await <see cref="IOLoop.DisposeAsync"/> of its loop.
    /// </summary>
    /// <remarks>Of a scheduler that does not own its loop: nothing happens. When an owned loop is stopped by other means, its scheduler is disposed of.</remarks>
    public void Dispose()
    {
        if (!_ownsLoop || _isDisposed)
            return;
        _isDisposed = true;
        Loop.Dispose();
    }

    /// <summary>The run may end for another reason: then nothing would run any more, without a message.</summary>
    private async Task DisposeAfterAsync(Task run)
    {
        try
        {
#pragma warning disable VSTHRD003 // it ends with the loop's own thread, and resumes on the pool
            await run.ConfigureAwait(false);
#pragma warning restore VSTHRD003
        }
        catch (Exception exception)
        {
            if (!_isDisposed) // else the loop was closed before its thread came to start it
                Loop.HandleCallbackException(Loop.Start, exception);
        }
        Dispose();
    }

    /// <summary>A stopwatch on the loop's clock, which may be virtual. Any thread.</summary>
    /// <returns>Started now.</returns>
    public override IStopwatch StartStopwatch() => new LoopStopwatch(Loop);
}
