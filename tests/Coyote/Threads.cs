namespace IOLoops.Coyote;

/// <summary>Every task that a schedule has begun, so that it can be waited for until none is left.</summary>
internal static class Threads
{
    private static readonly List<Task> Begun = []; // guarded by itself

    internal static void Forget()
    {
        lock (Begun)
            Begun.Clear();
    }

    /// <summary>Begins one more thread.</summary>
    internal static Task Start(Action work)
    {
        var task = Task.Run(work);
        lock (Begun)
            Begun.Add(task);
        return task;
    }

    /// <summary>Begins threads, and waits for them alone.</summary>
    internal static void Run(params Action[] works)
    {
        var tasks = new Task[works.Length];
        for (int i = 0; i < works.Length; i++)
            tasks[i] = Start(works[i]);
        Task.WaitAll(tasks);
    }

    /// <summary>Until no thread is left, those included that others began meanwhile. What is undone by then stays undone.</summary>
    internal static void Settle()
    {
        for (int i = 0; ; i++)
        {
            Task next;
            lock (Begun)
            {
                if (i == Begun.Count)
                    return;
                next = Begun[i];
            }
            next.Wait();
        }
    }
}
