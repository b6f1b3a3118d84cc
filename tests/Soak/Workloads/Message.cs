namespace Soak.Workloads;

/// <summary>What goes through a channel: for which loop, through which channel, and which message of it.</summary>
internal readonly record struct Message(long Life, long Generation, long Number);
