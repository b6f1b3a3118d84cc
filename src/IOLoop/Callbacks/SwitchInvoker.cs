namespace IOLoops.Callbacks;

/// <summary>Resumes an <c>await loop.SwitchTo()</c>. One that the loop will never run resumes elsewhere, where it learns that the loop is closed.</summary>
internal sealed class SwitchInvoker : ActionInvoker
{
    internal static new readonly SwitchInvoker Instance = new();

    internal override void Drop(Delegate callback, object? state) =>
        ThreadPool.UnsafeQueueUserWorkItem(static action => action(), (Action)callback, preferLocal: false);
}
