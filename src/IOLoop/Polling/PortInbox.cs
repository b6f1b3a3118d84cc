using System.Collections.Concurrent;

namespace IOLoops.Polling;

/// <summary>What the thread of a <see cref="SharedPort"/> has taken for one loop. It knows the loop only while that sleeps.</summary>
internal sealed class PortInbox
{
    private readonly ConcurrentQueue<nint> _polls = new();
    private readonly object _arrival = new(); // a monitor: pulsed when something has come
    private Action? _wake; // there while the loop sleeps; interlocked
    private int _isWoken;  // interlocked

    internal bool IsEmpty => _polls.IsEmpty && Volatile.Read(ref _isWoken) == 0;

    /// <summary>Puts in a poll that has completed; 0: a wake-up. The port's thread, followed by <see cref="Ring"/>.</summary>
    internal void Add(nint poll)
    {
        if (poll != 0)
            _polls.Enqueue(poll);
        else
            Interlocked.Exchange(ref _isWoken, 1);
    }

    /// <summary>Wakes the loop that sleeps. The port's thread, holding nothing.</summary>
    internal void Ring()
    {
        lock (_arrival)
            Monitor.PulseAll(_arrival);
        Interlocked.Exchange(ref _wake, null)?.Invoke(); // a full fence: see TrySleep
    }

    /// <summary>The loop sleeps, and is called back once when something comes.</summary>
    /// <returns>False: something has come already.</returns>
    /// <remarks>
    /// The loop writes _wake, fences, and looks into the inbox; the port's thread fills the inbox, fences, and takes _wake. One of the
    /// two sees the other.
    /// </remarks>
    internal bool TrySleep(Action wake)
    {
        Interlocked.Exchange(ref _wake, wake);
        return IsEmpty;
    }

    internal void StayAwake() => Interlocked.Exchange(ref _wake, null);

    /// <summary>Takes what has come, and waits for it if need be. The loop's thread.</summary>
    internal int Take(Span<nint> polls, TimeSpan patience, out bool woken)
    {
        if (patience != TimeSpan.Zero)
        {
            lock (_arrival) // what comes behind the look pulses
            {
                if (IsEmpty)
                    Monitor.Wait(_arrival, patience);
            }
        }
        int count = 0;
        while (count < polls.Length && _polls.TryDequeue(out nint poll))
            polls[count++] = poll;
        woken = Interlocked.Exchange(ref _isWoken, 0) != 0;
        return count;
    }
}
