namespace IOLoops.Conformance;

/// <summary>For fixtures of hosted loops, which are given the options that all kinds of loop have.</summary>
public static class HostedOptions
{
    /// <summary>The same options for a hosted loop.</summary>
    /// <param name="options">A test's; null: it has none.</param>
    /// <param name="poller">The fixture's.</param>
    /// <param name="givesWay">
    /// Whether the loop gives way to its host's other work, as it does by default, unless a test says how. On a slow machine it may do so
    /// at any time: then its turns cannot be counted.
    /// </param>
    public static HostedIOLoopOptions From(IOLoopOptions? options, PollerKind poller = PollerKind.Default, bool givesWay = false)
    {
        var hosted = new HostedIOLoopOptions
        {
            Name = options?.Name,
            LoggerFactory = options?.LoggerFactory,
            MaxEventsPerTurn = options?.MaxEventsPerTurn ?? new IOLoopOptions().MaxEventsPerTurn,
            Poller = poller,
        };
        if (options is HostedIOLoopOptions own)
            hosted.TurnBudget = own.TurnBudget;
        else if (!givesWay)
            hosted.TurnBudget = null;
        return hosted;
    }
}
