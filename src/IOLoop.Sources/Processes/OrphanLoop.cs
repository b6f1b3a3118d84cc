namespace IOLoops.Sources.Processes;

/// <summary>
/// Where children are watched whose loop was closed: one native loop on one background thread, while there are any. No code of users
/// runs on it.
/// </summary>
internal static class OrphanLoop
{
    private static readonly Lock s_gate = new();

    private static PollIOLoop? s_loop;
    private static int s_children;

    /// <summary>A child begins to be watched.</summary>
    /// <exception cref="IOException">No descriptors are left.</exception>
    internal static IOLoop Enter()
    {
        lock (s_gate)
        {
            s_loop ??= Begin();
            s_children++;
            return s_loop;
        }
    }

    /// <summary>It has ended. On the loop's thread.</summary>
    internal static void Leave()
    {
        lock (s_gate)
        {
            if (--s_children > 0)
                return;
            s_loop!.Stop();
            s_loop = null; // the next child gets a loop and a thread of its own: this one is about to end
        }
    }

    private static PollIOLoop Begin()
    {
        var loop = new PollIOLoop(new PollIOLoopOptions { Name = "children of closed loops" });
        var thread = new Thread(() => Run(loop)) { IsBackground = true, Name = loop.Name };
        thread.UnsafeStart();
        return loop;
    }

    private static void Run(PollIOLoop loop)
    {
        using (loop)
            loop.Start();
    }
}
