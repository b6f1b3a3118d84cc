namespace IOLoops.Extensions.Hosting;

/// <summary>Options of a <see cref="LoopGroup"/> that starts and stops with an application. Read once, when the group is constructed.</summary>
/// <remarks>
/// <see cref="IOLoopOptions.Name"/> is by default the text of the group's key, or <c>LoopGroup</c> for the group without a key. A loop's name
/// is that with its number. <see cref="IOLoopServiceOptions.StopTimeout"/> is for all loops together. The other two options are about any of
/// the loops: with <see cref="IOLoopServiceOptions.StopApplicationWhenRunEnds"/> the application stops when the run of one ends; without,
/// the others continue.
/// </remarks>
public class IOLoopGroupServiceOptions : IOLoopServiceOptions
{
    /// <summary>How many loops, and threads. At least 1. Default: as many as the process may use processors.</summary>
    public int Count { get; set; } = Environment.ProcessorCount;

    /// <summary>How <see cref="LoopGroup.Next"/> chooses a loop. Default: one after the other.</summary>
    public LoopDistribution Distribution { get; set; }
}
