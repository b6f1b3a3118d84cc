namespace Soak.Loops;

/// <summary>Threads of the program, by which it acts on loops from outside.</summary>
internal static class Worker
{
    /// <summary>Runs something on a thread of its own.</summary>
    /// <returns>Ends, or fails, with it.</returns>
    internal static Task Start(string name, Action work)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() =>
        {
            try
            {
                work();
                ended.SetResult();
            }
            catch (Exception exception)
            {
                ended.SetException(exception);
            }
        })
        {
            IsBackground = true,
            Name = name,
        }.Start();
        return ended.Task;
    }
}
