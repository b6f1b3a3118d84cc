using System.Diagnostics;
using IOLoops.Hosting;

namespace IOLoops;

/// <summary>
/// What a foreign event loop must offer so that a <see cref="HostedIOLoop"/> can run inside it: to run something soon. The
/// rest has defaults.
/// </summary>
/// <remarks>
/// The loop posts one turn at a time and each turn is bounded, so that the host's own work is never kept waiting for long.
/// A host need not have a thread of its own: turns are kept from overlapping by the loop.
/// </remarks>
public interface ILoopHost
{
    /// <summary>
    /// Runs <paramref name="turn"/> soon, once; never inline, inside this call. Called from any thread, several at once,
    /// among them one that serves all hosted loops: it must not block. What it throws is taken to mean that the host has
    /// gone for good, and ends the run.
    /// </summary>
    void Post(Action turn);

    /// <summary>
    /// Runs <paramref name="turn"/> as <see cref="Post"/> does, <paramref name="delay"/> from now; when it comes early, the
    /// loop looks at its clock and asks again. The default: a timer of the system, then <see cref="Post"/>.
    /// </summary>
    /// <param name="delay">Positive, 30 days at the most.</param>
    /// <param name="turn">What to run.</param>
    /// <returns>Disposing it cancels the call, at least when that has not been posted yet. Any thread.</returns>
    IDisposable PostAfter(TimeSpan delay, Action turn) => new HostTimer(this, delay, turn);

    /// <summary>The host's clock, which is the loop's: monotonic. Any thread. The default: the system's monotonic clock.</summary>
    LoopTime Now => new(Stopwatch.GetElapsedTime(0).Ticks);

    /// <summary>The wall clock that goes with <see cref="Now"/>. Any thread. The default: the system's.</summary>
    DateTimeOffset UtcNow => DateTimeOffset.UtcNow;

    /// <summary>
    /// Runs the host on the calling thread until a task has ended, if that can be done here. It may be called while the host
    /// runs a turn further up the stack, which the host's turns then are nested in.
    /// </summary>
    /// <returns>False: it cannot, and nothing was run. The default.</returns>
    bool TryPump(Task until) => false;

    /// <summary>
    /// Whether the calling thread is the host's one thread, on which turns run and nothing runs beside them. The default:
    /// false; then only a turn counts as the loop's thread.
    /// </summary>
    bool IsOnHostThread => false;

    /// <summary>
    /// Whether time stands still until somebody moves it. Then no other thread waits for anything: the loop runs a turn every
    /// millisecond of that time, which asks for ready descriptors and for what other threads have added, so that a run is
    /// the same each time. Such a host may ignore a <see cref="Post"/> from any but the thread that moves time, which also is
    /// where <see cref="PostAfter"/> is called: in turns, and where the loop is attached. The default: false.
    /// </summary>
    bool UsesVirtualTime => false;

    /// <summary>
    /// Whether <see cref="SynchronizationContext.Current"/> stays the host's inside callbacks, instead of being the loop's.
    /// The default: false.
    /// </summary>
    bool KeepsSynchronizationContext => false;

    /// <summary>
    /// Whether the host may run what was posted to it while a turn is on the stack, because something inside a callback runs
    /// the host without asking the loop. Then the next turn is posted before a turn calls anybody, so that it is there to be
    /// run, nested, in the middle of the first. Asks for <see cref="IsOnHostThread"/>, by which the rest of that callback may
    /// still use the loop. The default: false; then only RunSync nests.
    /// </summary>
    bool MayNest => false;

    /// <summary>
    /// A run of the loop is about to begin. Any thread; no other run can begin before <see cref="OnRunEnded"/>. What it throws
    /// comes out of <see cref="HostedIOLoop.Attach()"/>. The default: nothing.
    /// </summary>
    void OnRunBeginning()
    {
    }

    /// <summary>
    /// A run of the loop ends: the host may let go of what it keeps for it. A turn may still be posted, which will do nothing,
    /// or be the first of the next run. Any thread. What it throws is taken to mean that the host has gone. The default: nothing.
    /// </summary>
    void OnRunEnded()
    {
    }

    /// <summary>
    /// The calling thread, which is not the host's, is about to block until the loop stops; what this returns is disposed when it
    /// goes on. For a host that can tell its own thread not to wait for this one. The default: null.
    /// </summary>
    IDisposable? EnterWait() => null;
}
