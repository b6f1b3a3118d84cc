using System.Diagnostics;

namespace IOLoops.Timeouts;

/// <summary>A loop's clock, in ticks of 100 ns, and how long its poller may wait by it.</summary>
internal abstract class LoopClock : IDisposable
{
    internal abstract long Now { get; }

    internal virtual DateTimeOffset UtcNow => DateTimeOffset.UtcNow;

    /// <summary>
    /// How long to wait for a deadline, in ticks of the system: 0 when it has come; negative when the clock will wake the
    /// loop by itself.
    /// </summary>
    internal virtual long PrepareWait(long deadline)
    {
        // A deadline at the end of time less a negative now must not overflow.
        var left = new LoopTime(deadline) - new LoopTime(Now);
        return Math.Max(0, left.Ticks);
    }

    public virtual void Dispose()
    {
    }

    /// <summary>The system's monotonic clock (CLOCK_MONOTONIC on Linux).</summary>
    internal sealed class System : LoopClock
    {
        private static readonly long UnitsPerTick = Stopwatch.Frequency / TimeSpan.TicksPerSecond;
        private static readonly bool IsMultiple = Stopwatch.Frequency % TimeSpan.TicksPerSecond == 0;

        internal override long Now => IsMultiple
            ? Stopwatch.GetTimestamp() / UnitsPerTick
            : Stopwatch.GetElapsedTime(0).Ticks;
    }
}
