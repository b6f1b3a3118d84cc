namespace IOLoops.Polling;

/// <summary>
/// Waits for a poller's descriptors while no turn runs, so that a host's thread need not. One-shot: it calls back once
/// per <see cref="Arm"/>, from a thread of its own. Called by one thread at a time.
/// </summary>
internal interface ISleeper
{
    /// <summary>
    /// Calls back as soon as a registered descriptor is ready, at once if one is ready already. One that is armed still
    /// stays so. Begins to take part, if it does not.
    /// </summary>
    void Arm();

    /// <summary>There is nothing to wait for. A call that is under way may still come.</summary>
    void Leave();
}
