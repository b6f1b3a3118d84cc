namespace IOLoops.Ownership;

/// <summary>What a thread had before it ran the loop, to be restored.</summary>
internal struct RunScope(
    ExecutionContext executionContext, bool isFlowSuppressed, SynchronizationContext? synchronizationContext, SynchronizationContext? turnContext)
{
    internal readonly ExecutionContext ExecutionContext = executionContext;
    internal readonly bool IsFlowSuppressed = isFlowSuppressed;
    internal readonly SynchronizationContext? SynchronizationContext = synchronizationContext;
    internal readonly SynchronizationContext? TurnContext = turnContext; // of the turn that this one interrupts
    internal IOLoop.ThreadState Thread;
}
