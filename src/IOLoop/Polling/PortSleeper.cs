using System.Runtime.Versioning;
using IOLoops.Interop;

namespace IOLoops.Polling;

/// <summary>Sleeps for a loop by a wait of the thread pool for the handle of the loop's completion port.</summary>
/// <param name="port">The port.</param>
/// <param name="handle">Its handle, which is open while the sleeper takes part.</param>
/// <param name="prepare">Arms the loop's polls, and says whether something is ready that the port does not tell.</param>
/// <param name="wake">Called on a thread of the pool's. Must neither block nor throw.</param>
[SupportedOSPlatform("windows")]
internal sealed class PortSleeper(AfdPort port, SafeKernelHandle handle, Func<bool> prepare, Action wake) : ISleeper
{
    private PoolWait? _wait;
    private volatile bool _armed; // set by the loop, cleared by the pool's thread

    /// <inheritdoc/>
    /// <remarks>
    /// Why no readiness is lost when it is armed still. The loop says that it sleeps, fences, and then reads _armed here; the pool's
    /// thread clears _armed, fences, and then asks whether the loop sleeps. Either the loop sees that the wait is spent, and sets it
    /// again, or the pool's thread sees the loop asleep, and wakes it. A wait that is set finds a packet that came before.
    /// </remarks>
    public void Arm()
    {
        if (prepare())
            port.Wake();
        if (_armed)
            return;
        _wait ??= new PoolWait(handle, OnReady);
        _armed = true; // before the call, which may find it ready at once
        _wait.Set();
    }

    public void Leave()
    {
        _wait?.Dispose();
        _wait = null;
        _armed = false;
    }

    private void OnReady()
    {
        _armed = false;
        Interlocked.MemoryBarrier(); // see Arm
        wake();
    }
}
