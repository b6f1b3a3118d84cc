namespace IOLoops.Callbacks;

/// <summary>Something to run on the loop: the delegate as the user gave it, how to call it, and in which context.</summary>
/// <param name="callback">What failures are reported with.</param>
/// <param name="state">The invoker's argument.</param>
/// <param name="invoker">How to call it; null: it is an <see cref="Action"/>.</param>
/// <param name="context">Where to run it; null: in the default context.</param>
internal struct WorkItem(Delegate callback, object? state, WorkInvoker? invoker, ExecutionContext? context)
{
    internal Delegate Callback = callback;
    internal object? State = state;
    internal WorkInvoker? Invoker = invoker;
    internal ExecutionContext? Context = context;
}
