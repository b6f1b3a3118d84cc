namespace IOLoops;

/// <summary>Options of a <see cref="PollIOLoop"/>. Read once, when the loop is constructed.</summary>
public class PollIOLoopOptions : IOLoopOptions
{
    /// <summary>Which system interface to wait with.</summary>
    public PollerKind Poller { get; set; }

    /// <summary>How other threads wake the loop.</summary>
    public WakerKind Waker { get; set; }

    /// <summary>
    /// The loop's clock. By default the system's monotonic clock. With another one, such as a test's, timeouts are due when that
    /// clock says so, and one of its timers wakes the loop.
    /// </summary>
    public TimeProvider? TimeProvider { get; set; }
}
