namespace IOLoops;

/// <summary>
/// What a foreign event loop must offer so that a <see cref="HostedIOLoop"/> can run inside it: to run something soon. What a
/// host can do besides is an interface of its own, which a loop finds by asking its host for it: a clock
/// (<see cref="IHostClock"/>), a thread (<see cref="IHostThread"/>), being pumped (<see cref="IPumpableHost"/>), the beginning and
/// the end of runs (<see cref="IHostLifetime"/>), virtual time (<see cref="IVirtualTimeHost"/>), nesting
/// (<see cref="INestingHost"/>), waits of other threads (<see cref="IHostWaits"/>), other work that must not starve
/// (<see cref="IYieldingHost"/>).
/// </summary>
/// <remarks>
/// The loop posts one turn at a time, each turn is bounded, and after <see cref="HostedIOLoopOptions.TurnBudget"/> the host's other
/// work gets its turn, so that it is never kept waiting for long.
/// A host need not have a thread of its own: turns are kept from overlapping by the loop. A closed loop is no longer referenced
/// by what it has given to the host.
/// </remarks>
/// <example>
/// The thread pool as a host:
/// <code>
/// public sealed class PoolHost : ILoopHost
/// {
///     // Called from any thread. It queues the turn, and never blocks.
///     public void Post(Action turn) => ThreadPool.UnsafeQueueUserWorkItem(static turn => turn(), turn, preferLocal: false);
/// }
/// </code>
/// </example>
public interface ILoopHost
{
    /// <summary>
    /// Runs <paramref name="turn"/> soon, once. A host may run it inside this
    /// call when its own thread posts: that works, but each such post takes a detour over the thread pool. Called from any thread, several at once,
    /// among them one that serves all hosted loops: a host that blocks here keeps all of them waiting. An exception from it
    /// means that the host is gone, and ends the run.
    /// </summary>
    void Post(Action turn);
}
