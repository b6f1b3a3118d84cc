using System.Diagnostics;

namespace IOLoops.VsThreading;

/// <summary>
/// A thread that posts turns which have stepped aside. Not the pool's: its threads may all be blocked for what the loop is
/// to bring. It begins when a busy loop first needs it, and then sleeps in between.
/// </summary>
internal static class TurnPoster
{
    private static readonly long Pause = Stopwatch.Frequency / 5000; // in which a main thread gets to one other thing at least

    private static readonly Queue<(PostedTurn Turn, long Due)> Turns = []; // guarded by itself
    private static bool s_hasBegun; // guarded by Turns

    /// <summary>Posts a turn again, soon. Any thread.</summary>
    /// <param name="turn">The turn.</param>
    /// <param name="pauses">Whether there is to be a pause of 0.2 ms before it.</param>
    internal static void Post(PostedTurn turn, bool pauses = false)
    {
        long due = pauses ? Stopwatch.GetTimestamp() + Pause : 0;
        lock (Turns)
        {
            Turns.Enqueue((turn, due));
            Monitor.Pulse(Turns);
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
            // The system has no thread left: the turn does not step aside. The next one tries again.
            lock (Turns)
                s_hasBegun = false;
            if (TryTake(out var left)) // else another thread that could be started has taken it
                PostAfterPause(left);
        }
    }

    private static void Serve()
    {
        while (true)
            PostNext();
    }

    // A method of its own: a local in Serve would keep the last loop alive while the thread sleeps.
    private static void PostNext() => PostAfterPause(Take());

    private static void PostAfterPause((PostedTurn Turn, long Due) next)
    {
        // A timer of the system, a millisecond at best, would take a fifth of a busy loop's turns.
        while (next.Due != 0 && Stopwatch.GetTimestamp() < next.Due)
            Thread.Yield();
        next.Turn.Host.PostAgain(next.Turn);
    }

    private static (PostedTurn Turn, long Due) Take()
    {
        lock (Turns)
        {
            while (Turns.Count == 0)
                Monitor.Wait(Turns);
            return Turns.Dequeue();
        }
    }

    private static bool TryTake(out (PostedTurn Turn, long Due) next)
    {
        lock (Turns)
            return Turns.TryDequeue(out next);
    }
}
