namespace IOLoops.Hosting;

/// <summary>
/// Which thread owns the turn: none, one, or one while another one has asked for it. A state, not a lock: no thread ever waits
/// for it, so the owner may call anything.
/// </summary>
/// <remarks>
/// Why no turn is lost. A turn that finds another thread at work notes that it came, in the same word that says who the owner is,
/// and returns. The owner gives that word up with one exchange, and so either sees the note, and has the host run another turn,
/// or has given it up before the note could be written, and then the word says that the turn is free.
/// </remarks>
internal sealed class TurnOwnership
{
    private const int Free = 0;

    private int _owner; // Free; n: the thread n; -n: the thread n, and another one has come meanwhile. Interlocked
    private int _depth; // the owner's alone; how many turns are on its stack

    /// <summary>How many turns are on the stack of the owner, which the calling thread must be.</summary>
    internal int Depth => _depth;

    /// <summary>Whether a turn is on the calling thread's stack.</summary>
    internal bool IsMine => Math.Abs(Volatile.Read(ref _owner)) == Environment.CurrentManagedThreadId;

    /// <summary>Begins a turn on this thread, inside another one of this thread if there is one.</summary>
    /// <returns>False: another thread has one on its stack, and will see that this one came.</returns>
    // Modelled in tests/models: hosted, nested, restart.
    internal bool TryEnter()
    {
        int self = Environment.CurrentManagedThreadId; // of a thread that is alive: no other one can have it
        while (true)
        {
            int owner = Volatile.Read(ref _owner);
            if (owner == self || owner == -self)
            {
                _depth++;
                return true;
            }
            if (owner == Free && Interlocked.CompareExchange(ref _owner, self, Free) == Free)
            {
                _depth = 1;
                return true;
            }
            // Noted already: the owner has yet to give it up, and will post a turn behind that, which comes later than this one.
            if (owner < 0 || (owner > 0 && Interlocked.CompareExchange(ref _owner, -owner, owner) == owner))
                return false;
        }
    }

    /// <summary>Takes the turn if no thread has it, this one included; otherwise leaves no note.</summary>
    // Modelled in tests/models: restart.
    internal bool TryTake()
    {
        if (Interlocked.CompareExchange(ref _owner, Environment.CurrentManagedThreadId, Free) != Free)
            return false;
        _depth = 1;
        return true;
    }

    /// <summary>Ends a turn. A full fence, unless the turn was a nested one.</summary>
    /// <returns>Whether a turn of another thread came meanwhile, which must be posted again.</returns>
    // Modelled in tests/models: hosted, nested, restart.
    internal bool Leave()
    {
        if (--_depth > 0)
            return false;
        return Interlocked.Exchange(ref _owner, Free) < 0;
    }
}
