using System.Collections.Concurrent;
using System.Diagnostics;

namespace IOLoops.Polling;

/// <summary>What the thread of a <see cref="SharedPort"/> has taken for one loop. It knows the loop only while that sleeps.</summary>
internal sealed class PortInbox
{
    private readonly ConcurrentQueue<nint> _polls = new();
    private readonly object _arrival = new(); // a monitor: pulsed when something has arrived
    private Action? _wake; // there while the loop sleeps; interlocked
    private int _isWoken;  // interlocked
    private int _passed;   // interlocked; how many markers were taken
    private int _expected; // the loop's alone; how many were posted
    private bool _hasNews; // the port's thread's alone: something else than a marker was put in since it last rang

    /// <summary>Instead of a poll, in a packet: behind all that was posted before.</summary>
    internal const nint Marker = -1;

    internal bool IsEmpty => _polls.IsEmpty && Volatile.Read(ref _isWoken) == 0;

    /// <summary>Puts in a poll that has completed; 0: a wake-up. The port's thread, followed by <see cref="Ring"/>.</summary>
    internal void Add(nint poll)
    {
        if (poll == Marker)
        {
            Interlocked.Increment(ref _passed);
            return;
        }
        _hasNews = true;
        if (poll != 0)
            _polls.Enqueue(poll);
        else
            Interlocked.Exchange(ref _isWoken, 1);
    }

    /// <summary>Ends the waits of a turn, and wakes the loop that sleeps. The port's thread, holding nothing.</summary>
    /// <remarks>
    /// A marker is for the turn that posted it. That turn resumes with the pulse, and its loop may be asleep before this has looked: woken
    /// by the marker it would run another turn, whose marker could wake it again.
    /// </remarks>
    internal void Ring()
    {
        lock (_arrival)
            Monitor.PulseAll(_arrival);
        if (!_hasNews)
            return;
        _hasNews = false;
        Interlocked.Exchange(ref _wake, null)?.Invoke(); // a full fence: see TrySleep
    }

    /// <summary>The loop sleeps, and is called back once when something comes.</summary>
    /// <returns>False: something has arrived already.</returns>
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

    /// <summary>A marker was posted.</summary>
    internal void ExpectMarker() => _expected++;

    /// <summary>Waits until the last marker was taken, and not one before it that comes late. What comes before it may come in several deliveries.</summary>
    internal void AwaitMarker(TimeSpan patience)
    {
        long began = Stopwatch.GetTimestamp();
        lock (_arrival) // what comes behind the look pulses
        {
            while (Volatile.Read(ref _passed) != _expected && patience - Stopwatch.GetElapsedTime(began) is { Ticks: > 0 } left)
                Monitor.Wait(_arrival, left);
        }
    }

    /// <summary>Waits until something has arrived.</summary>
    internal void Await(TimeSpan patience)
    {
        lock (_arrival)
        {
            if (IsEmpty)
                Monitor.Wait(_arrival, patience);
        }
    }

    /// <summary>Takes what has arrived. The loop's thread.</summary>
    internal int Take(Span<nint> polls, out bool woken)
    {
        int count = 0;
        while (count < polls.Length && _polls.TryDequeue(out nint poll))
            polls[count++] = poll;
        woken = Interlocked.Exchange(ref _isWoken, 0) != 0;
        return count;
    }
}
