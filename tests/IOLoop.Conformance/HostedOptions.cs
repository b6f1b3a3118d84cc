namespace IOLoops.Conformance;

/// <summary>For fixtures of hosted loops, which are given the options that all kinds of loop have.</summary>
public static class HostedOptions
{
    /// <summary>The same options for a hosted loop.</summary>
    public static HostedIOLoopOptions From(IOLoopOptions? options, PollerKind poller = PollerKind.Default)
    {
        var hosted = new HostedIOLoopOptions
        {
            Name = options?.Name,
            LoggerFactory = options?.LoggerFactory,
            MaxEventsPerTurn = options?.MaxEventsPerTurn ?? new IOLoopOptions().MaxEventsPerTurn,
            Poller = poller,
        };
        // A host may have a default of its own, which holds unless this is set.
        if (options is HostedIOLoopOptions own && own.TurnBudget != new HostedIOLoopOptions().TurnBudget)
            hosted.TurnBudget = own.TurnBudget;
        return hosted;
    }
}
