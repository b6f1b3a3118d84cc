namespace IOLoops.Callbacks;

/// <summary>How an <see cref="IThreadPoolWorkItem"/> travels that has a context with it: as the argument of one shared delegate.</summary>
internal static class WorkItemCall
{
    internal static readonly Action<IThreadPoolWorkItem> Execute = static item => item.Execute();

    internal static WorkItem With(IThreadPoolWorkItem item, ExecutionContext context) =>
        new(Execute, item, StateInvoker<IThreadPoolWorkItem>.Instance, context);

    /// <summary>What failures are reported with.</summary>
    internal static Delegate Describe(object running) => running as Delegate ?? ((IThreadPoolWorkItem)running).Execute;
}
