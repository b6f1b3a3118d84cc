namespace IOLoops.Conformance;

/// <summary>For fixtures of hosted loops, which are given the options that all kinds of loop have.</summary>
public static class HostedOptions
{
    /// <summary>The same options for a hosted loop.</summary>
    public static HostedIOLoopOptions From(IOLoopOptions? options, PollerKind poller = PollerKind.Default) => new()
    {
        Name = options?.Name,
        LoggerFactory = options?.LoggerFactory,
        MaxEventsPerTurn = options?.MaxEventsPerTurn ?? new IOLoopOptions().MaxEventsPerTurn,
        Poller = poller,
        TurnBudget = options is HostedIOLoopOptions hosted ? hosted.TurnBudget : new HostedIOLoopOptions().TurnBudget,
    };
}
