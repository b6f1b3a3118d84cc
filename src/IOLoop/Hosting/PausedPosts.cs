using System.Diagnostics;

namespace IOLoops.Hosting;

/// <summary>
/// A thread that posts turns after a pause, in which a host gets to its other work. Not the pool's: its threads may all be blocked,
/// for what the loop is to bring. It begins when a loop with endless work first needs it, and then sleeps in between.
/// </summary>
internal static class PausedPosts
{
    private static readonly Queue<(Action<Action> Post, Action Work, long Due)> Paused = []; // guarded by itself
    private static bool s_hasBegun; // guarded by Paused

    /// <summary>Has work posted after a pause. Any thread, holding nothing.</summary>
    /// <param name="post">Posts it. It throws nothing.</param>
    /// <param name="work">The work.</param>
    // Modelled in tests/models: paused.
    internal static void Add(Action<Action> post, Action work)
    {
        long due = Stopwatch.GetTimestamp() + (long)(TurnBudget.Gap.TotalSeconds * Stopwatch.Frequency);
        lock (Paused)
        {
            Paused.Enqueue((post, work, due));
            Monitor.Pulse(Paused);
            if (s_hasBegun)
                return;
            s_hasBegun = true;
        }
        try
        {
            new Thread(Serve) { IsBackground = true, Name = "IOLoop turn poster" }.UnsafeStart();
        }
        catch (Exception exception) when (exception is OutOfMemoryException or ThreadStartException)
        {
            // The system has no thread left: the pool has to do.
            lock (Paused)
                s_hasBegun = false;
            ThreadPool.UnsafeQueueUserWorkItem(static _ => PostLeft(), null);
        }
    }

    private static void Serve()
    {
        while (true)
            PostNext();
    }

    // A method of its own: a local in Serve would keep the last loop alive while the thread sleeps.
    private static void PostNext() => PostAfterPause(Take());

    /// <summary>All that is left: another loop may have added its turn while this thread's start was still expected to succeed.</summary>
    // Modelled in tests/models: paused.
    private static void PostLeft()
    {
        while (TryTake(out var next))
            PostAfterPause(next);
    }

    private static void PostAfterPause((Action<Action> Post, Action Work, long Due) next)
    {
        // A timer of the system, a millisecond at best, would take a fifth of a busy loop's turns.
        while (Stopwatch.GetTimestamp() < next.Due)
            Thread.Yield();
        next.Post(next.Work);
    }

    // Modelled in tests/models: paused.
    private static (Action<Action> Post, Action Work, long Due) Take()
    {
        lock (Paused)
        {
            while (Paused.Count == 0)
                Monitor.Wait(Paused);
            return Paused.Dequeue();
        }
    }

    // Modelled in tests/models: paused.
    private static bool TryTake(out (Action<Action> Post, Action Work, long Due) next)
    {
        lock (Paused)
            return Paused.TryDequeue(out next);
    }
}
