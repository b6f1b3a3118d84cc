using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using IOLoops.Callbacks;
using IOLoops.Interop;

namespace IOLoops.WaitHandles;

/// <summary>Handles that can be waited for, and the reference that keeps one open meanwhile.</summary>
internal static class HeldHandle
{
    private static readonly Action<SafeHandle> Releasing = static handle => handle.DangerousRelease();

    /// <summary>What is thrown where the system has no such handles.</summary>
    internal static PlatformNotSupportedException Unsupported() => new(
        "Only Windows has handles to wait for. Use AddHandler or WaitAsync with a file descriptor: an eventfd or a pipe instead of an event, "
        + "CallLater instead of a waitable timer, and ChildProcess of IOLoop.Sources for a process.");

    /// <summary>Keeps a handle open, which is one that can be waited for.</summary>
    /// <exception cref="NotSupportedException">It is a mutex.</exception>
    [SupportedOSPlatform("windows")]
    internal static void Hold(SafeHandle handle)
    {
        ArgumentNullException.ThrowIfNull(handle);
        ObjectDisposedException.ThrowIf(handle.IsClosed, handle);
        if (handle.IsInvalid)
            throw new ArgumentException("The handle is invalid: the call that was to open it failed. Check its IsInvalid before you wait for it.", nameof(handle));
        bool held = false;
        handle.DangerousAddRef(ref held);
        try
        {
            Check(handle.DangerousGetHandle());
        }
        catch
        {
            handle.DangerousRelease();
            throw;
        }
    }

    /// <summary>Releases the reference where a handle's ReleaseHandle may run: between calls, or here when the loop does not run.</summary>
    internal static void Release(IOLoop loop, SafeHandle handle)
    {
        if (loop.Core is not { } core)
        {
            if (!loop.IsRunning || !loop.TryAddCallback(new Notice(loop, handle).Run))
                ReleaseNow(loop, handle);
            return;
        }
        if (core.Gate.IsOnLoopThread)
        {
            core.Ended.Releases.Add(handle);
            return;
        }
        bool isBusy;
        using (var idle = core.Gate.EnterIdleOrBusy())
            isBusy = idle.IsBusy;
        if (!isBusy || !core.Poster.TryPost(NoticeInvoker.Item(Releasing, new Notice(loop, handle))))
            ReleaseNow(loop, handle);
    }

    /// <summary>Releases the reference in a call of its own.</summary>
    internal static void ReleaseNow(IOLoop loop, SafeHandle handle)
    {
        try
        {
            handle.DangerousRelease();
        }
        catch (Exception exception)
        {
            loop.ReportFailure(Releasing, exception); // of ReleaseHandle
        }
    }

    /// <summary>The system's thread pool raises an exception that cannot be caught for a handle that cannot be waited for.</summary>
    [SupportedOSPlatform("windows")]
    private static void Check(nint handle)
    {
        if (!HandleObject.TryGetAccess(handle, out uint access))
            throw new IOException($"Handle 0x{handle:x} is no open handle of this process. It was closed elsewhere, or never was one.");
        if (HandleObject.IsMutex(handle))
        {
            throw new NotSupportedException(
                "A mutex belongs to the thread that waits for it, and a loop's waits are made by threads of the system's pool: the loop could never release it. "
                + "Use a semaphore with a maximum of 1, or wait for the mutex on a thread that uses and releases it.");
        }
        if ((access & HandleObject.Synchronize) == 0)
            throw new UnauthorizedAccessException($"Handle 0x{handle:x} was opened without the right to wait for it (SYNCHRONIZE). Open it with that right.");
    }

    private sealed class Notice(IOLoop loop, SafeHandle handle) : INotice
    {
        public void Run() => ReleaseNow(loop, handle);
    }
}
