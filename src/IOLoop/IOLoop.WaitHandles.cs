using System.Runtime.InteropServices;
using IOLoops.WaitHandles;

namespace IOLoops;

public abstract partial class IOLoop
{
    /// <summary>What waits for handles of Windows.</summary>
    internal HandleWaits HandleWaits { get; }

    /// <summary>
    /// Windows: calls <paramref name="callback"/> on the loop, once for each signal of <paramref name="handle"/> that was taken: of an
    /// event, a semaphore, a waitable timer, a process or thread that ends, or anything else that
    /// <c>WaitForSingleObject</c> accepts, except a mutex. Any thread.
    /// </summary>
    /// <remarks>
    /// <para>
    /// The system's thread pool waits for one signal at a time, and waits for the next when the callback has returned. Any number of
    /// handles may be waited for, without a thread each. Taking a signal resets an auto-reset event or a
    /// synchronization timer, and decrements a semaphore: each signal reaches one of the waits for the handle. A handle that stays signalled (a
    /// manual-reset event, a process that has ended) is reported again and again: reset it in the callback, or ask for one call.
    /// </para>
    /// <para>
    /// While the loop does not run, one signal may be taken; its call follows in the next run. If the loop is closed first, the
    /// missed call is logged.
    /// </para>
    /// <para>
    /// A signal that was taken when the handler was disposed of, and for which the callback has not begun, is discarded:
    /// <see cref="WaitHandleAsync"/> never discards one.
    /// </para>
    /// </remarks>
    /// <param name="handle">Stays open until the handler is disposed of or the loop is closed. Of an <see cref="EventWaitHandle"/> or a
    /// <see cref="Semaphore"/>: <see cref="WaitHandle.SafeWaitHandle"/>; of a process: <see cref="System.Diagnostics.Process.SafeHandle"/>.</param>
    /// <param name="callback">Runs in the <see cref="ExecutionContext"/> of this call. What it throws goes to <see cref="HandleCallbackException"/>.</param>
    /// <param name="once">Whether to call once and to dispose of the handler then.</param>
    /// <returns>
    /// Dispose it to remove the handler. Any thread, also inside the callback. Disposed on the loop's thread, the callback does not run
    /// afterwards; on another thread, a call that has begun may continue.
    /// </returns>
    /// <exception cref="PlatformNotSupportedException">This is not Windows. The message says what to use instead.</exception>
    /// <exception cref="NotSupportedException">The handle is a mutex, which would belong to the thread that waits for it.</exception>
    /// <exception cref="ArgumentException">The handle is invalid.</exception>
    /// <exception cref="UnauthorizedAccessException">The handle was opened without the right to wait for it.</exception>
    /// <exception cref="IOException">Its number is no open handle of this process, or the system has no memory left.</exception>
    /// <exception cref="ObjectDisposedException">The handle or the loop is closed.</exception>
    /// <example>
    /// <code>
    /// using var ready = new AutoResetEvent(false);
    /// using var handler = loop.AddWaitHandler(ready.SafeWaitHandle, () => Console.WriteLine("set"));   // once for each signal
    /// </code>
    /// </example>
    public IDisposable AddWaitHandler(SafeHandle handle, Action callback, bool once = false)
    {
        ArgumentNullException.ThrowIfNull(callback);
        return AddWaitHandlerCore(handle, callback, once);
    }

    /// <summary>
    /// The same for a callback that returns a task. The next signal is waited for when that task has ended. Its failure goes to
    /// <see cref="HandleCallbackException"/>.
    /// </summary>
    /// <inheritdoc cref="AddWaitHandler(SafeHandle, Action, bool)"/>
    public IDisposable AddWaitHandler(SafeHandle handle, Func<Task> callback, bool once = false)
    {
        ArgumentNullException.ThrowIfNull(callback);
        return AddWaitHandlerCore(handle, callback, once);
    }

    /// <summary>
    /// Windows: waits for one signal of <paramref name="handle"/>: of an event, a semaphore, a waitable timer, a process or thread that
    /// ends, or anything else that <c>WaitForSingleObject</c> accepts, except a mutex. Any thread.
    /// </summary>
    /// <remarks>
    /// A signal that was taken is not lost: when the wait is cancelled, or the loop closed, at the moment of the signal, the wait
    /// ends as fulfilled, and otherwise the signal stays with the handle. So a wait that was cancelled ends a moment later, when that is
    /// certain. (Wine may take a signal shortly after a wait for it was ended, and discard it.) Many may wait for one handle; each
    /// signal of an auto-reset event or a semaphore reaches one of them.
    /// </remarks>
    /// <param name="handle">Stays open until the wait has ended.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Code that awaits it resumes on the loop, unless it uses ConfigureAwait(false). Await it once.</returns>
    /// <exception cref="OperationCanceledException">(From the task.) The token was cancelled.</exception>
    /// <exception cref="ObjectDisposedException">The handle or the loop is closed; from the task, when the loop is closed meanwhile.</exception>
    /// <inheritdoc cref="AddWaitHandler(SafeHandle, Action, bool)" path="/exception[not(@cref='T:System.ObjectDisposedException')]"/>
    public ValueTask WaitHandleAsync(SafeHandle handle, CancellationToken cancellationToken = default)
    {
        if (!OperatingSystem.IsWindows())
            throw HeldHandle.Unsupported();
        HeldHandle.Hold(handle);
        if (cancellationToken.IsCancellationRequested)
        {
            HeldHandle.Release(this, handle);
            return ValueTask.FromCanceled(cancellationToken);
        }
        var waiter = HandleWaiter.Rent(this, handle);
        AddHandleWait(waiter, handle);
        return waiter.Begin(cancellationToken);
    }

    private WaitHandler AddWaitHandlerCore(SafeHandle handle, Delegate callback, bool once)
    {
        if (!OperatingSystem.IsWindows())
            throw HeldHandle.Unsupported();
        HeldHandle.Hold(handle);
        var handler = new WaitHandler(this, handle, callback, once);
        AddHandleWait(handler, handle);
        try
        {
            handler.Begin();
        }
        catch
        {
            handler.Dispose();
            throw;
        }
        return handler;
    }

    private void AddHandleWait(HandleWait wait, SafeHandle handle)
    {
        try
        {
            HandleWaits.Add(wait);
        }
        catch
        {
            HeldHandle.Release(this, handle);
            throw;
        }
    }
}
