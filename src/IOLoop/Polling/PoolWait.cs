using System.Runtime.Versioning;
using IOLoops.Interop;

namespace IOLoops.Polling;

/// <summary>
/// Waits for a handle to be signalled, once per <see cref="Set"/>, by Windows' thread pool. The caller keeps the handle open until this
/// is disposed of. Setting and disposing is one thread's at a time.
/// </summary>
[SupportedOSPlatform("windows")]
internal sealed class PoolWait : IThreadpoolWaitOwner, IDisposable
{
    private readonly SafeKernelHandle _handle;
    private readonly Action _onSignalled;
    private readonly ThreadpoolWait _wait;
    private bool _isDisposed;

    /// <param name="handle">What to wait for. Kept open by the caller.</param>
    /// <param name="onSignalled">Called on a thread of the pool's. Must neither block nor throw.</param>
    internal PoolWait(SafeKernelHandle handle, Action onSignalled)
    {
        _handle = handle;
        _onSignalled = onSignalled;
        _wait = ThreadpoolWait.Rent(this);
    }

    /// <summary>Waits for the handle; calls back at once if it is signalled already.</summary>
    internal void Set() => _wait.Arm(_handle.Value);

    /// <summary>A call that is under way may still come.</summary>
    public void Dispose()
    {
        if (_isDisposed)
            return;
        _isDisposed = true;
        _wait.Close();
    }

    void IThreadpoolWaitOwner.OnSignal() => _onSignalled();
}
