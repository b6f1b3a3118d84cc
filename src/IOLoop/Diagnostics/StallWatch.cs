

namespace IOLoops.Diagnostics;

/// <summary>A loop that has a blocking threshold, as the watchdog sees it. Kept alive by the loop alone.</summary>
/// <param name="watchdog">Who looks.</param>
/// <param name="core">The loop's engine.</param>
/// <param name="mark">What the loop calls.</param>
/// <param name="threshold">How long a call may take.</param>
/// <param name="action">What to do with one that takes longer; null: end the process.</param>
internal sealed class StallWatch(StallWatchdog watchdog, IObservedLoop core, CallMark mark, TimeSpan threshold, Action<BlockedLoop>? action)
{
    private long _version;     // of the call seen last
    private long _seenAt;      // when it was first seen
    private TimeSpan _blocked; // how long it has surely lasted
    private bool _isCounted;
    private bool _isReported;
    private volatile bool _isReporting; // the action runs; set by the watchdog's thread alone
    private readonly Lock _ending = new();
    private volatile bool _isOver;      // written under _ending

    internal TimeSpan Threshold => threshold;

    /// <summary>Whether the loop has begun a call, or ended one, since the last look.</summary>
    internal bool HasMoved => mark.Version != _version;

    /// <summary>Whether there is a call that may yet take too long.</summary>
    internal bool IsInCall => CallMark.IsCall(mark.Version) && !_isReported;

    internal void Begin()
    {
        mark.Watchdog = watchdog;
        _version = mark.Version;
        _seenAt = watchdog.Now;
        try
        {
            watchdog.Add(this);
        }
        catch
        {
            End();
            throw;
        }
    }

    internal void End()
    {
        lock (_ending) // from now on it ends no process
            _isOver = true;
        mark.Watchdog = null;
        watchdog.Remove(this);
    }

    /// <summary>Looks at the loop. The watchdog's thread.</summary>
    /// <param name="now">A timestamp.</param>
    /// <param name="passed">How long ago the last look was; less when that was so long ago that the machine must have stood still.</param>
    internal void Look(long now, TimeSpan passed)
    {
        long version = mark.Version;
        if (version != _version)
        {
            _version = version;
            _seenAt = now;
            _blocked = TimeSpan.Zero;
            _isCounted = false;
            _isReported = false;
            return;
        }
        if (!CallMark.IsCall(version) || _isReported || _isOver)
            return;
        // The last look may have been before this call was known, as one in which the threshold was set.
        var known = watchdog.Elapsed(_seenAt, now);
        _blocked += passed < known ? passed : known;
        if (_blocked < threshold || !mark.TryRead(version, out var call))
            return;
        if (!_isCounted)
            core.Counters.Stalls++;
        _isCounted = true;
        // What is done may take long, as fetching a stack does; of one loop nothing more is said meanwhile. A call that is still
        // stuck afterwards is reported then: until it was, it is looked at.
        if (_isReporting)
            return;
        _isReported = true;
        Report(new BlockedLoop(core.Loop, watchdog.Elapsed(_seenAt, now), call, mark));
    }

    private void Report(BlockedLoop blocked)
    {
        if (action is null)
        {
            EndProcess(blocked);
            return;
        }
        _isReporting = true;
        watchdog.Run(() =>
        {
            try
            {
                if (!_isOver)
                    action(blocked);
            }
            catch (Exception exception)
            {
                LoopLog.StallActionFailed(blocked.Loop.Logger, exception, blocked.Loop.Name);
            }
            finally
            {
                _isReporting = false;
            }
        });
    }

    private void EndProcess(BlockedLoop blocked)
    {
        string lastWords = watchdog.Describe(blocked); // takes its time
        lock (_ending)
        {
            if (!_isOver)
                watchdog.EndProcess(lastWords);
        }
    }
}
