namespace IOLoops.Diagnostics;

/// <summary>What diagnostics look at. Any thread: what changes meanwhile may be missing, or seen half old and half new.</summary>
internal interface IObservedLoop
{
    IOLoop Loop { get; }

    /// <summary>The system interface that the loop waits with.</summary>
    PollerKind PollerKind { get; }

    LoopCounters Counters { get; }

    /// <summary>The loop's name and kind, which all measurements carry.</summary>
    KeyValuePair<string, object?>[] Tags { get; }

    bool IsWatched { get; }

    bool IsMeasured { get; }

    int QueueLength { get; }

    int DescriptorCount { get; }

    int TimeoutCount { get; }

    /// <summary>What is being called, as far as it is known; null: nothing, or the loop is not observed.</summary>
    string? CurrentCall();

    List<RegistrationState> Registrations();

    /// <param name="most">How many, at most.</param>
    List<TimeoutState> NextTimeouts(int most);
}
