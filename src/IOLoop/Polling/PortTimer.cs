using System.Diagnostics;
using System.Runtime.Versioning;
using IOLoops.Interop;

namespace IOLoops.Polling;

/// <summary>
/// Ends the waits of a completion port in time. The port itself counts by the ticks of the system's clock, 15.6 ms as a rule; a
/// high-resolution timer does not, and the thread pool turns its signal into a packet.
/// </summary>
[SupportedOSPlatform("windows")]
internal sealed unsafe class PortTimer : IDisposable
{
    // Further away than this the port's own time is good enough, up to the last but one of its ticks.
    private const long Near = 40 * TimeSpan.TicksPerMillisecond;
    private const long Margin = 32 * TimeSpan.TicksPerMillisecond;
    private const long None = long.MaxValue;

    private readonly SafeKernelHandle _timer;
    private readonly PoolWait _wait;
    private long _due = None; // when the packet comes, as a time of the Stopwatch in ticks

    private PortTimer(SafeKernelHandle timer, SafeKernelHandle port, nuint key)
    {
        _timer = timer;
        _wait = new PoolWait(timer, () => Post(port, key));
    }

    /// <returns>Null: the system has no such timers. Windows has them since 10 1803.</returns>
    internal static PortTimer? TryCreate(SafeKernelHandle port, nuint key)
    {
        nint timer = Kernel32.CreateWaitableTimerExW(0, null, Kernel32.HighResolution, Kernel32.TimerAccess);
        return timer == 0 ? null : new PortTimer(new SafeKernelHandle(timer), port, key);
    }

    /// <summary>Has a packet come when the time is over, or at some time before that.</summary>
    /// <returns>How many milliseconds to wait for it.</returns>
    /// <remarks>
    /// One that comes earlier stays as it is: the loop finds that it is early, and waits for the rest. So a deadline that moves back with
    /// each event costs nothing here.
    /// </remarks>
    internal uint Arm(long ticks)
    {
        if (ticks > Near)
            return (uint)Math.Min((ticks - Margin) / TimeSpan.TicksPerMillisecond, int.MaxValue);
        long now = Stopwatch.GetElapsedTime(0).Ticks;
        if (_due > now + ticks || _due <= now)
        {
            _due = now + ticks;
            long relative = -ticks;
            if (Kernel32.SetWaitableTimer(_timer.Value, &relative, 0, 0, 0, 0) != 0)
                _wait.Set();
        }
        return (uint)Milliseconds.RoundUp(ticks);
    }

    /// <summary>The packet was taken.</summary>
    internal void OnTaken() => _due = None;

    public void Dispose()
    {
        _wait.Dispose();
        _timer.Dispose();
    }

    private static void Post(SafeKernelHandle port, nuint key)
    {
        try
        {
            CompletionPort.Post(port, key);
        }
        catch (IOException)
        {
            // The port's own time ends the wait, a little later.
        }
    }
}
