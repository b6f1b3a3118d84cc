using System.Runtime.Versioning;

namespace IOLoops.Polling;

/// <summary>
/// A high-resolution timer of Windows, whose signal the thread pool takes: it does not count by the ticks of the system's clock, 15.6 ms
/// as a rule. Setting and disposing is one thread's at a time. One that is not set can be collected.
/// </summary>
[SupportedOSPlatform("windows")]
internal sealed class WaitableTimer : IDisposable
{
    /// <summary>In ticks. A longer wait begins with a timer that counts by the system's clock: precise ones cost more.</summary>
    internal const long Near = 40 * TimeSpan.TicksPerMillisecond;

    /// <summary>How long before its time, in ticks, such a timer is to end: two ticks of that clock.</summary>
    internal const long Margin = 32 * TimeSpan.TicksPerMillisecond;

    private TimerSlot? _slot; // interlocked; null: disposed of
    private readonly Action _onDue;

    private WaitableTimer(TimerSlot slot, Action onDue) => (_slot, _onDue) = (slot, onDue);

    ~WaitableTimer() => Release();

    /// <param name="onDue">
    /// Called on a thread of the pool's when a time that was set is over; perhaps early, and once for several times: then what is left is to
    /// be set. Must neither block nor throw.
    /// </param>
    /// <returns>Null: the system has no such timers. Windows has them since 10 1803.</returns>
    internal static WaitableTimer? TryCreate(Action onDue) =>
        TimerSlot.TryRent() is { } slot ? new WaitableTimer(slot, onDue) : null;

    /// <summary>Calls back after a time, and no longer for one that was set before.</summary>
    /// <param name="ticks">The time, in 100 ns.</param>
    internal bool TrySet(long ticks) => Volatile.Read(ref _slot)?.TrySet(this, ticks) ?? false;

    /// <summary>A call that is under way may still come.</summary>
    public void Dispose()
    {
        GC.SuppressFinalize(this);
        Release();
    }

    private void Release() => Interlocked.Exchange(ref _slot, null)?.Dispose();

    /// <summary>On a thread of the pool's.</summary>
    internal void OnDue() => _onDue();
}
