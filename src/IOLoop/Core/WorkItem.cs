namespace IOLoops.Core;

/// <summary>Something to run on the loop: the delegate as the user gave it, how to call it, and in which context.</summary>
/// <param name="Callback">What failures are reported with.</param>
/// <param name="State">The invoker's argument.</param>
/// <param name="Invoker">How to call it; null: it is an <see cref="Action"/>.</param>
/// <param name="Context">Where to run it; null: in the default context.</param>
internal readonly record struct WorkItem(Delegate Callback, object? State, WorkInvoker? Invoker, ExecutionContext? Context);
