namespace IOLoops;

/// <summary>
/// A host that knows whether other work waits in it (input, painting, timers, a queue of lower priority), and can run a turn behind
/// that. A loop with endless work asks after each <see cref="HostedIOLoopOptions.TurnBudget"/>; on a host without this interface
/// it always pauses then, for a moment.
/// </summary>
public interface IYieldingHost : ILoopHost
{
    /// <summary>
    /// Whether work waits in the host that would only run after turns posted by <see cref="ILoopHost.Post"/>. The loop asks when
    /// its budget is used up: before a turn begins, and inside a turn after a handler; on the host's thread, if
    /// it has one. A host that cannot be sure returns <see langword="true"/>.
    /// </summary>
    bool HasOtherWork { get; }

    /// <summary>
    /// Runs <paramref name="turn"/> as <see cref="ILoopHost.Post"/> does, but after what waits in the host now. Called where a turn was
    /// about to begin, on the thread that asked <see cref="HasOtherWork"/>, right after it. What it throws ends the run, as with <see cref="ILoopHost.Post"/>.
    /// </summary>
    void PostBehind(Action turn);
}
