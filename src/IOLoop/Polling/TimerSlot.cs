using System.Runtime.Versioning;
using IOLoops.Interop;

namespace IOLoops.Polling;

/// <summary>A timer of the kernel's and the wait for it, used again by one <see cref="WaitableTimer"/> after another.</summary>
/// <remarks>
/// Why no call is lost. A signal takes the timer that is set out of <see cref="_set"/>, and calls it. That timer's owner then looks at its
/// clock, and sets what is left. So a signal that finds none was taken before such a look.
/// </remarks>
[SupportedOSPlatform("windows")]
internal sealed unsafe class TimerSlot : IDisposable
{
    private const int MostSpare = 64;

    private static readonly Stack<TimerSlot> Spare = new(MostSpare); // guarded by itself

    private readonly SafeKernelHandle _timer;
    private readonly PoolWait _wait;
    private WaitableTimer? _set; // interlocked; also what keeps a timer that is set from being collected
    private int _isReturned;     // interlocked

    private TimerSlot(SafeKernelHandle timer)
    {
        _timer = timer;
        _wait = new PoolWait(timer, OnSignalled);
    }

    /// <returns>Null: the system has no such timers.</returns>
    internal static TimerSlot? TryRent()
    {
        lock (Spare)
        {
            if (Spare.TryPop(out var spare))
            {
                spare._isReturned = 0;
                return spare;
            }
        }
        nint timer = Kernel32.CreateWaitableTimerExW(0, null, Kernel32.HighResolution, Kernel32.TimerAccess);
        if (timer == 0)
            return null;
        var handle = new SafeKernelHandle(timer);
        try
        {
            return new TimerSlot(handle);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    internal bool TrySet(WaitableTimer timer, long ticks)
    {
        Interlocked.Exchange(ref _set, timer);
        long relative = -Math.Max(1, ticks);
        if (Kernel32.SetWaitableTimer(_timer.Value, &relative, 0, 0, 0, 0) == 0)
            return false;
        _wait.Set();
        return true;
    }

    /// <summary>Its timer is not used any longer. A signal that is on its way finds none, or calls the next one early.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isReturned, 1) != 0)
            return;
        Interlocked.Exchange(ref _set, null);
        lock (Spare)
        {
            if (Spare.Count < MostSpare)
            {
                Spare.Push(this);
                return;
            }
        }
        _wait.Dispose();
        _timer.Dispose();
    }

    private void OnSignalled() => Interlocked.Exchange(ref _set, null)?.OnDue();
}
