namespace IOLoops.VsThreading;

/// <summary>
/// A thread that posts turns which have stepped aside. Not the pool's: its threads may all be blocked for what the loop is
/// to bring. Begins when it is first needed, which takes a busy loop and a blocked main thread, and then sleeps in between.
/// </summary>
internal static class TurnPoster
{
    private static readonly Queue<PostedTurn> Turns = []; // guarded by itself
    private static bool s_hasBegun; // guarded by Turns

    /// <summary>Posts a turn again, soon. Any thread.</summary>
    internal static void Post(PostedTurn turn)
    {
        lock (Turns)
        {
            Turns.Enqueue(turn);
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
            PostNext();
        }
    }

    private static void Serve()
    {
        while (true)
            PostNext();
    }

    // Methods of their own: a local in Serve would keep the last loop alive while the thread sleeps.
    private static void PostNext()
    {
        var turn = Take();
        turn.Host.PostAgain(turn);
    }

    private static PostedTurn Take()
    {
        lock (Turns)
        {
            PostedTurn? turn;
            while (!Turns.TryDequeue(out turn))
                Monitor.Wait(Turns);
            return turn;
        }
    }
}
