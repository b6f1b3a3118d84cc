using IOLoops.Diagnostics;

#pragma warning disable VSTHRD003 // it ends on the loop, and resumes nothing there

namespace IOLoops.Groups;

/// <summary>A look at one loop of a group, as a callback there: how many callbacks it has run in the turns before.</summary>
internal sealed class GroupLook(LoopCounters counters) : ILoopWorkItem
{
    private readonly TaskCompletionSource<long> _looked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _isCancelled;

    internal Task<long> Looked => _looked.Task;

    public Delegate? Callback => null;

    /// <summary>Whether the result no longer matters, so that a loop that is closed does not report it as lost.</summary>
    public bool IsCancelled
    {
        get => _isCancelled;
        set => _isCancelled = value;
    }

    // Modelled in tests/models: drain.
    public void Execute() => _looked.TrySetResult(counters.Callbacks);
}
