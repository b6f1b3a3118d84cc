namespace IOLoops.Hosting;

/// <summary>
/// A mutex that a thread owns from when it is first asked for until the thread ends: then the runtime gives it up, so that a thread
/// that waits for it learns of the end without asking again and again.
/// </summary>
internal static class ThreadLife
{
    [ThreadStatic]
    private static Mutex? t_life;

    /// <summary>The calling thread's. The thread never releases it, so it serves any number of runs.</summary>
    internal static Mutex OfThisThread => t_life ??= new Mutex(initiallyOwned: true);
}
