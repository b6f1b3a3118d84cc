namespace IOLoops.Extensions.Hosting;

/// <summary>The key of a group's run in the container: a loop and a group may have the same key.</summary>
internal sealed record GroupKey(object? Key);
