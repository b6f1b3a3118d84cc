namespace IOLoops;

/// <summary>How <see cref="LoopGroup.Next"/> chooses a loop.</summary>
public enum LoopDistribution
{
    /// <summary>One loop after the other. Each gets as many as the others, however long theirs last.</summary>
    RoundRobin,

    /// <summary>
    /// The loop with the lowest sum of descriptors that are registered and callbacks that wait; one after the other among equals.
    /// Suits connections that last, of which some loops would keep more than others.
    /// </summary>
    /// <remarks>
    /// Both numbers are kept anyway and are read without a lock, so a choice costs one look at each loop. They do not tell how much
    /// work a descriptor makes: a loop that is busy with one descriptor counts less than an idle loop with two. What is handed over
    /// by a callback counts at once.
    /// </remarks>
    LeastLoaded,
}
