namespace IOLoops.Polling;

/// <summary>What a poller found: the token that was registered, and what it is ready for.</summary>
internal readonly record struct ReadyEvent(ulong Token, IOEvents Events);
