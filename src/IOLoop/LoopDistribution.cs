namespace IOLoops;

/// <summary>How <see cref="LoopGroup.Next"/> chooses a loop.</summary>
public enum LoopDistribution
{
    /// <summary>One loop after the other. Each gets as many as the others, however long theirs last.</summary>
    RoundRobin,

    /// <summary>
    /// The loop with the lowest sum of descriptors that are registered and room that waiting callbacks take; one after the other among
    /// equals.
    /// Suits connections that last, of which some loops would keep more than others.
    /// </summary>
    /// <remarks>
    /// A plain callback counts as one, a callback with an argument or an <see cref="ExecutionContext"/> as four: that is the room that they
    /// take, which each loop knows without counting. So a choice costs one look at each loop, takes no lock, and takes no longer when
    /// much waits. The sum does not tell how much work a descriptor makes: a loop that is busy with one descriptor counts less than an
    /// idle loop with two. What is handed over by a callback counts at once.
    /// </remarks>
    LeastLoaded,
}
