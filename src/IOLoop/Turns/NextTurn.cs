namespace IOLoops.Turns;

/// <summary>What comes after a turn in a host: each turn returns it once.</summary>
/// <param name="Kind">Whether another turn follows.</param>
/// <param name="Deadline">For a loop that sleeps: when it must be woken; <see cref="long.MaxValue"/>: never.</param>
/// <param name="HasDescriptors">For a loop that sleeps: whether it must be woken when a descriptor is ready.</param>
internal readonly record struct NextTurn(NextTurnKind Kind, long Deadline = long.MaxValue, bool HasDescriptors = false)
{
    internal static NextTurn Stop => new(NextTurnKind.Stop);

    internal static NextTurn Again => new(NextTurnKind.Again);
}
