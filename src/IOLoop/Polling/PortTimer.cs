using System.Diagnostics;
using System.Runtime.Versioning;
using IOLoops.Interop;

namespace IOLoops.Polling;

/// <summary>
/// Ends the waits of a completion port in time. The port itself counts by the ticks of the system's clock, 15.6 ms as a rule; a
/// high-resolution timer does not, and the thread pool turns its signal into a packet.
/// </summary>
[SupportedOSPlatform("windows")]
internal sealed class PortTimer : IDisposable
{
    private const long None = long.MaxValue;

    private readonly WaitableTimer _timer;
    private long _due = None; // when the packet comes, as a time of the Stopwatch in ticks

    private PortTimer(WaitableTimer timer) => _timer = timer;

    /// <returns>Null: the system has no such timers. Windows has them since 10 1803.</returns>
    internal static PortTimer? TryCreate(SafeKernelHandle port, nuint key) =>
        WaitableTimer.TryCreate(() => Post(port, key)) is { } timer ? new PortTimer(timer) : null;

    /// <summary>Has a packet come when the time is over, or at some time before that.</summary>
    /// <returns>How many milliseconds to wait for it.</returns>
    /// <remarks>
    /// One that comes earlier stays as it is: the loop finds that it is early, and waits for the rest. So a deadline that moves back with
    /// each event costs nothing here.
    /// </remarks>
    internal uint Arm(long ticks)
    {
        if (ticks > WaitableTimer.Near)
            return (uint)Math.Min((ticks - WaitableTimer.Margin) / TimeSpan.TicksPerMillisecond, int.MaxValue);
        long now = Stopwatch.GetElapsedTime(0).Ticks;
        if (_due > now + ticks || _due <= now)
        {
            _due = now + ticks;
            _timer.TrySet(ticks); // if not, the port's own time ends the wait
        }
        return (uint)Milliseconds.RoundUp(ticks);
    }

    /// <summary>The packet was taken.</summary>
    internal void OnTaken() => _due = None;

    public void Dispose() => _timer.Dispose();

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
