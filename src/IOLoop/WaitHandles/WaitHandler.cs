using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using IOLoops.Callbacks;
using IOLoops.Diagnostics;
using IOLoops.Interop;
using IOLoops.Ownership;

namespace IOLoops.WaitHandles;

/// <summary>A callback for a handle: the system waits for one signal, the loop calls, and then the system waits for the next.</summary>
/// <param name="loop">Where to call.</param>
/// <param name="handle">Held.</param>
/// <param name="callback">An <see cref="Action"/> or a <see cref="Func{Task}"/>.</param>
/// <param name="once">Whether one signal is enough.</param>
[SupportedOSPlatform("windows")]
internal sealed class WaitHandler(IOLoop loop, SafeHandle handle, Delegate callback, bool once) : HandleWait, IThreadpoolWaitOwner, IDisposable
{
    private readonly ExecutionContext? _context = DefaultContext.Capture();
    private readonly Lock _gate = new();  // taken for a few statements of our own, and for calls that do not block
    private WaitHandlerState _state;      // guarded by _gate
    private ThreadpoolWait? _wait;        // guarded by _gate
    private volatile bool _isDisposed;

    /// <summary>Begins to wait, unless the loop was closed since the handler was added to its list.</summary>
    internal void Begin()
    {
        lock (_gate)
        {
            if (_state == WaitHandlerState.Ended)
                return;
            _wait = ThreadpoolWait.Rent(this);
            _wait.Arm(handle.DangerousGetHandle());
        }
    }

    /// <summary>Any thread. A signal that was taken and has not been answered is discarded.</summary>
    public void Dispose()
    {
        _isDisposed = true;
        End();
    }

    internal override bool EndWithLoop()
    {
        lock (_gate)
        {
            if (_state == WaitHandlerState.Ended)
                return false;
            var wait = _wait;
            _wait = null;
            if (_state == WaitHandlerState.Armed)
                wait?.Close();
            else
                wait?.Return();
            _state = WaitHandlerState.Ended;
            return true;
        }
    }

    internal override void ReleaseHandle() => HeldHandle.Release(loop, handle);

    private void End()
    {
        if (!EndWithLoop())
            return;
        loop.HandleWaits.Remove(this);
        ReleaseHandle();
    }

    void IThreadpoolWaitOwner.OnSignal()
    {
        lock (_gate)
        {
            if (_state != WaitHandlerState.Armed)
                return;
            _state = WaitHandlerState.Taken;
        }
        try
        {
            if (loop.Core is { } core)
                core.Poster.TryPostFromSignal(new WorkItem(callback, this, Invoker.Instance, _context)); // false: closed, which ends this
            else
                loop.AddCallbackFromSignal(CallElsewhere);
        }
        catch (ObjectDisposedException)
        {
            // A loop written elsewhere was closed, which ends this.
        }
        catch (Exception exception)
        {
            LoopLog.CallbackFailed(loop.Logger, exception, loop.Name, LoopLog.Describe(callback));
        }
    }

    private Task? Call()
    {
        lock (_gate)
        {
            if (_state != WaitHandlerState.Taken)
                return null;
            _state = WaitHandlerState.Calling;
        }
        Task? task = null;
        try
        {
            if (callback is Action action)
                action();
            else
                task = ((Func<Task>)callback)();
            return task;
        }
        finally
        {
            // Not before: a handle that stays signalled would have the next call queued in the middle of this one.
            if (task is { IsCompleted: false })
                TaskEnd.Then(task, OnAnswered);
            else
                OnAnswered();
        }
    }

    /// <summary>A signal was answered. Any thread, when a task ends there.</summary>
    private void OnAnswered()
    {
        if (once)
        {
            End();
            return;
        }
        lock (_gate)
        {
            if (_state != WaitHandlerState.Calling)
                return; // disposed of
            _state = WaitHandlerState.Armed;
            _wait!.Arm(handle.DangerousGetHandle());
        }
    }

    /// <summary>On a loop written elsewhere, which knows neither the context nor the user's delegate.</summary>
    private void CallElsewhere()
    {
        try
        {
            Task? task = null;
            if (_context is null)
                task = Call();
            else
                ExecutionContext.Run(_context, _ => task = Call(), null);
            if (task is not null)
                TaskFailures.Observe(loop, callback, task);
        }
        catch (Exception exception)
        {
            loop.ReportFailure(callback, exception);
        }
    }

    /// <summary>Calls it on the loop; a failure is reported with the user's delegate.</summary>
    private sealed class Invoker : WorkInvoker
    {
        internal static readonly Invoker Instance = new();

        internal override bool IsMissed(object? state) => !((WaitHandler)state!)._isDisposed;

        internal override Task? Invoke(Delegate callback, object? state) => ((WaitHandler)state!).Call();
    }
}
