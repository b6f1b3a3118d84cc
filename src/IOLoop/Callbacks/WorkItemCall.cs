namespace IOLoops.Callbacks;

/// <summary>How an <see cref="IThreadPoolWorkItem"/> travels that has a context with it: as the argument of one shared delegate.</summary>
internal static class WorkItemCall
{
    internal static readonly Action<IThreadPoolWorkItem> Execute = static item => item.Execute();

    internal static WorkItem With(IThreadPoolWorkItem item, ExecutionContext? context) =>
        new(Execute, item, StateInvoker<IThreadPoolWorkItem>.Instance, context);

    /// <summary>What a log entry names: the delegate that work was made for, where the work knows it.</summary>
    internal static Delegate Name(in WorkItem item)
    {
        if (!ReferenceEquals(item.Callback, Execute))
            return item.Callback;
        var work = (IThreadPoolWorkItem)item.State!;
        try
        {
            return (work as ILoopWorkItem)?.Callback ?? work.Execute;
        }
        catch (Exception)
        {
            return work.Execute; // it is the application's, which must not throw; the loop is closed all the same
        }
    }

    /// <summary>Whether work says that running it would do nothing any more.</summary>
    internal static bool IsCancelled(in WorkItem item)
    {
        if (!ReferenceEquals(item.Callback, Execute))
            return false;
        try
        {
            return item.State is ILoopWorkItem { IsCancelled: true };
        }
        catch (Exception)
        {
            return false; // as above
        }
    }

    /// <summary>What failures are reported with.</summary>
    internal static Delegate Describe(object running) => running as Delegate ?? ((IThreadPoolWorkItem)running).Execute;
}
