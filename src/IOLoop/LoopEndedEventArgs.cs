namespace IOLoops;

/// <summary>The run of a loop has ended before its group was asked to stop. See <see cref="LoopGroup.LoopEnded"/>.</summary>
/// <param name="loop">The loop.</param>
/// <param name="failure">What its run failed with; <see langword="null"/> when code stopped or closed the loop.</param>
public sealed class LoopEndedEventArgs(PollIOLoop loop, Exception? failure) : EventArgs
{
    /// <summary>The loop. Callbacks that were queued have not run.</summary>
    public PollIOLoop Loop { get; } = loop;

    /// <summary>What its run failed with; <see langword="null"/> when code stopped or closed the loop.</summary>
    public Exception? Failure { get; } = failure;
}
