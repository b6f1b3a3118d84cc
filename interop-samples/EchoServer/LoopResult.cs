namespace IOLoops.Samples;

/// <summary>A line of the table of loops.</summary>
internal sealed record LoopResult(string Loop, ServerStatistics Served);
