namespace IOLoops.Callbacks;

/// <summary>How a delegate of some type is called. One shared instance per type: a work item stays four references.</summary>
internal abstract class WorkInvoker
{
    /// <summary>Calls it; a task returned is observed for failure.</summary>
    internal abstract Task? Invoke(Delegate callback, object? state);

    /// <summary>Whether it would have done anything: if not, it is not reported as a callback that never ran.</summary>
    internal virtual bool IsMissed(object? state) => true;

    /// <summary>It was accepted and will never run: ends what waits for it.</summary>
    internal virtual void Drop(Delegate callback, object? state)
    {
    }
}
