namespace IOLoops.Callbacks;

/// <summary>Calls back when a task has ended.</summary>
internal static class TaskEnd
{
    /// <summary>
    /// Calls back on the thread that ends the task, at once where the task allows it: an awaiter would go through the
    /// thread pool when a SynchronizationContext is current there, as it is on a loop's thread.
    /// </summary>
    internal static void Then(Task task, Action callback) => _ = task.ContinueWith(
        static (_, callback) => ((Action)callback!)(),
        callback,
        CancellationToken.None,
        TaskContinuationOptions.ExecuteSynchronously,
        TaskScheduler.Default);
}
