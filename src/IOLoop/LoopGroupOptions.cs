namespace IOLoops;

/// <summary>Options of a <see cref="LoopGroup"/>, and of each of its loops. Read once, when the group is constructed.</summary>
/// <remarks><see cref="IOLoopOptions.Name"/> is the group's, by default <c>LoopGroup</c>. A loop's name is the group's with its number: <c>LoopGroup-0</c>.</remarks>
public class LoopGroupOptions : PollIOLoopOptions
{
    /// <summary>How many loops, and threads. At least 1. Default: as many as the process may use processors.</summary>
    public int Count { get; set; } = Environment.ProcessorCount;

    /// <summary>How <see cref="LoopGroup.Next"/> chooses a loop. Default: one after the other.</summary>
    public LoopDistribution Distribution { get; set; }

    /// <summary>
    /// Whether all loops stop when the run of one ends before the group was asked to stop: because the system failed, or because code
    /// stopped or closed that loop. Default: <see langword="false"/>: <see cref="LoopGroup.LoopEnded"/> reports it, and the others continue.
    /// </summary>
    public bool StopWhenOneEnds { get; set; }

    /// <summary>
    /// Whether all loops stop when a callback, timeout or handler of one fails and no handler of <see cref="IOLoop.CallbackException"/>
    /// or <see cref="LoopGroup.CallbackException"/> sets <see cref="CallbackExceptionEventArgs.Handled"/>. The group's run then fails with
    /// that failure. Default: <see langword="false"/>: the failure is logged, and the loops continue.
    /// </summary>
    public bool StopOnCallbackFailure { get; set; }
}
