namespace IOLoops.Callbacks;

/// <summary>Runs what the loop tells itself. A loop that is closed first drops it, which is no callback of the user's that was missed.</summary>
internal sealed class NoticeInvoker : WorkInvoker
{
    private static readonly NoticeInvoker Instance = new();

    /// <param name="original">The user's delegate that it is about.</param>
    /// <param name="notice">What to run.</param>
    internal static WorkItem Item(Delegate original, INotice notice) => new(original, notice, Instance, null);

    internal override Task? Invoke(Delegate callback, object? state)
    {
        ((INotice)state!).Run();
        return null;
    }

    internal override bool IsMissed(object? state) => false;

    internal override void Drop(Delegate callback, object? state) => ((INotice)state!).Drop();
}
