using System.Runtime.Versioning;
using IOLoops.Interop;

namespace IOLoops.Polling;

/// <summary>A timer of the kernel's and the wait for it, used again by one <see cref="WaitableTimer"/> after another.</summary>
/// <remarks>
/// Why no call is lost. The thread pool waits before the kernel's timer is set, so it takes every signal that comes after. A signal
/// removes the timer from <see cref="_set"/> and calls it; the timer's owner then looks at its clock, and sets what is left. So a signal
/// that finds none came before such a look.
/// </remarks>
[SupportedOSPlatform("windows")]
internal sealed unsafe class TimerSlot : IDisposable
{
    private const int MostSpare = 64;

    private static readonly Stack<TimerSlot> Spare = new(MostSpare); // guarded by itself

    private readonly SafeKernelHandle _timer;
    private readonly PoolWait _wait;
    private WaitableTimer? _set; // interlocked; also what keeps a timer that is set from being collected

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
                return spare;
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
        _wait.Set(); // first: a wait that is set again may drop a signal that it has just taken
        long relative = -Math.Max(1, ticks);
        if (Kernel32.SetWaitableTimer(_timer.Value, &relative, 0, 0, 0, 0) != 0)
            return true;
        Interlocked.CompareExchange(ref _set, null, timer);
        return false;
    }

    /// <summary>Its timer is no longer in use. Called once. A signal that is on its way finds none, or calls the next one early.</summary>
    public void Dispose()
    {
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
