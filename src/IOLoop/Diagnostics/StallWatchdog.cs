using System.Runtime.CompilerServices;

namespace IOLoops.Diagnostics;

/// <summary>
/// Looks at the loops that have a blocking threshold, on one thread for all of them, which lives as long as there is one.
/// </summary>
/// <remarks>
/// <para>
/// How a stall is recognized. Every few milliseconds the thread reads which call each loop is in. One that it sees again and
/// again is taking long; the loops themselves ask no clock. A call is seen one interval after it began at the latest, so it
/// is reported within the threshold and two intervals, and one that is over sooner may be missed.
/// </para>
/// <para>
/// Why idle loops cost nothing. A loop that waits in its poller is in no call. When none has begun or ended a call for some
/// looks, the thread sleeps until a loop wakes it, as the next to begin a call does; a loop that works all the time makes no
/// system call for the watchdog. Why no call is missed meanwhile: see <see cref="CallMark"/>. A call that was reported
/// needs no looks: whatever follows it wakes the thread.
/// </para>
/// </remarks>
internal class StallWatchdog(TimeProvider clock) : IDisposable
{
    private const int LooksBeforeSleep = 10;

    private static readonly TimeSpan LongestInterval = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan ShortestInterval = TimeSpan.FromMilliseconds(1);

    private readonly Lock _gate = new();
    private readonly List<WeakReference<StallWatch>> _watches = []; // guarded by _gate
    private readonly AutoResetEvent _wake = new(false);
    private bool _hasThread;        // guarded by _gate
    private volatile bool _isAsleep;
    private long _lastLook;         // the watchdog's thread alone, as all below
    private int _idleLooks;
    private readonly List<StallWatch> _seen = [];

    /// <summary>That of the process.</summary>
    internal static StallWatchdog Shared { get; } = new(TimeProvider.System);

    /// <summary>Whether the thread waits to be woken. Read by loops at the beginning of each call.</summary>
    internal bool IsAsleep => _isAsleep;

    internal long Now => clock.GetTimestamp();

    internal TimeSpan Elapsed(long from, long to) => clock.GetElapsedTime(from, to);

    /// <summary>A loop has begun a call while the thread sleeps. Any thread; once per sleep, or little more.</summary>
    internal void Wake()
    {
        _isAsleep = false;
        _wake.Set();
    }

    internal void Add(StallWatch watch)
    {
        lock (_gate)
        {
            _watches.Add(new WeakReference<StallWatch>(watch));
            if (!_hasThread)
                StartThread(); // it may fail, and is tried again for the next loop
            _hasThread = true;
        }
        Wake(); // the interval may be shorter now
    }

    internal void Remove(StallWatch ended)
    {
        lock (_gate)
            _watches.RemoveAll(known => !known.TryGetTarget(out var watch) || ReferenceEquals(watch, ended));
        Wake(); // so that the thread sees when it was the last
    }

    /// <summary>Runs what is done about a stall: not on the thread that must see the next.</summary>
    internal virtual void Run(Action report)
    {
        try
        {
            new Thread(() => report()) { IsBackground = true, Name = "IOLoop stall report" }.UnsafeStart();
        }
        catch (OutOfMemoryException)
        {
            report(); // the process may have no more threads: the more reason to say what is stuck
        }
    }

    /// <summary>What is stuck, with its stack if that can be captured in time: the process must end, whatever else hangs in it.</summary>
    internal string Describe(BlockedLoop blocked)
    {
        string? words = null;
        try
        {
            var describing = new Thread(() => Volatile.Write(ref words, blocked.DescribeWithStack(blocked.Loop.Name))) { IsBackground = true, Name = "IOLoop stall report" };
            describing.UnsafeStart();
            describing.Join(StackPatience);
        }
        catch (OutOfMemoryException)
        {
            // The process may have no more threads, and so no stack.
        }
        return Volatile.Read(ref words) ?? $"{blocked} Its stack could not be captured within {StackPatience.TotalSeconds:0} s.";
    }

    internal virtual void EndProcess(string lastWords) => Environment.FailFast(lastWords);

    /// <summary>How long the end of a process waits for a stack. The first capture takes half a second where nothing else runs.</summary>
    internal virtual TimeSpan StackPatience => TimeSpan.FromSeconds(10);

    // Without the caller's ExecutionContext, which it would keep alive.
    internal virtual void StartThread() =>
        new Thread(Watch) { IsBackground = true, Name = "IOLoop watchdog" }.UnsafeStart();

    private void Watch()
    {
        while (TryLook() is { } wait)
            _wake.WaitOne(wait);
    }

    /// <summary>For those of tests: that of the process lives as long as it does.</summary>
    public void Dispose()
    {
        _wake.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Looks at all loops. The watchdog's thread, or a test in its place.</summary>
    /// <returns>How long to wait until the next look; null: there is nothing left to look at.</returns>
    [MethodImpl(MethodImplOptions.NoInlining)] // in the caller, a local would keep the loop that was looked at last alive
    internal TimeSpan? TryLook()
    {
        lock (_gate)
        {
            foreach (var known in _watches)
            {
                if (known.TryGetTarget(out var watch))
                    _seen.Add(watch);
            }
            if (_seen.Count == 0)
            {
                _watches.Clear();
                _hasThread = false;
                return null;
            }
        }
        var wait = Look(_seen);
        _seen.Clear(); // until the next look it keeps no loop alive
        return wait;
    }

    private TimeSpan Look(List<StallWatch> watches)
    {
        long now = Now;
        var interval = LongestInterval;
        foreach (var watch in watches)
            interval = Min(interval, watch.Threshold / 2);
        interval = interval < ShortestInterval ? ShortestInterval : interval;
        // When the whole process stood still, in a debugger or stopped by a signal, so did the loops.
        var passed = Min(Elapsed(_lastLook, now), interval * 4);
        _lastLook = now;
        bool isActive = false;
        foreach (var watch in watches)
        {
            isActive |= watch.HasMoved;
            watch.Look(now, passed);
            isActive |= watch.IsInCall;
        }
        _idleLooks = isActive ? 0 : _idleLooks + 1;
        return _idleLooks >= LooksBeforeSleep && TrySleep(watches) ? Timeout.InfiniteTimeSpan : interval;
    }

    /// <summary>Why no call is missed: see <see cref="CallMark"/>.</summary>
    private bool TrySleep(List<StallWatch> watches)
    {
        _isAsleep = true;
        Interlocked.MemoryBarrierProcessWide();
        foreach (var watch in watches)
        {
            if (!watch.HasMoved && !watch.IsInCall)
                continue;
            _isAsleep = false;
            return false;
        }
        return true;
    }

    private static TimeSpan Min(TimeSpan one, TimeSpan other) => one < other ? one : other;
}
