using System.Runtime.InteropServices;
using IOLoops.Callbacks;
using IOLoops.Diagnostics;
using IOLoops.Interop;
using IOLoops.Registrations;

namespace IOLoops.Turns;

internal sealed partial class LoopCore
{
    public IOLoop Loop => _loop;

    /// <summary>Closes a loop that does not run. What callers wait for ends; what was accepted and never ran is reported.</summary>
    /// <param name="allFds">Whether to close the registered descriptors, too.</param>
    /// <param name="onClosing">Called when it is certain that the loop closes, before anything is let go of. Makes it known as closed.</param>
    /// <returns>False: it is closed already.</returns>
    internal bool Close(bool allFds, Action onClosing)
    {
        List<(int Descriptor, HandlerRegistration Row)> registrations;
        List<WorkItem> timeouts;
        EndingCall[] calls;
        SafeHandle[] released;
        WaitList told;
        lock (_runGate)
        {
            if (_closed)
                return false;
            if (_threadId != 0 || _isAttached)
                throw new InvalidOperationException(DescribeRun());
            // From here on nobody else touches what the loop holds: who comes to the gate finds it closed.
            _closed = true;
            registrations = _handlers.Copy();
            _handlers.Clear();
            timeouts = _timeouts.Clear();
            calls = [.. _endingCalls];
            _endingCalls.Clear();
            released = [.. _released];
            _released.Clear();
            told = _told;
            _told = default;
            _hasEnded = false;
        }
        onClosing();
        EndWatch();
        LoopRegistry.Remove(this);
        _forgotten.Cancel();
        var dropped = CallbackQueue.Drop(_callbacks.Close());
        foreach (var item in timeouts)
            item.Invoker?.Drop(item.Callback, item.State);
        if (dropped.Count > 0)
            LoopLog.CallbacksDropped(_loop.Logger, _loop.Name, dropped.Count, LoopLog.Describe(dropped[0].Callback));
        foreach (var (fd, row) in registrations)
            CloseRegistration(fd, row, allFds);
        foreach (var handle in released)
            ReleaseNow(handle);
        while (told.TakeFirst() is { } waiter)
            waiter.Tell();
        foreach (var call in calls)
            call.End();
        _clock.Dispose();
        _poller.Dispose();
        LoopLog.Flush(_loop.Logger);
        return true;
    }

    /// <summary>Why a loop cannot be closed, and what to do instead.</summary>
    private string DescribeRun() => IsOnLoopThread
        ? $"{_loop.Name} is running, and Close was called inside a turn of it, which lasts until this callback returns or awaits: await StopAsync(), then call Close. DisposeAsync does both."
        : $"{_loop.Name} is running: await StopAsync(), or call Stop and wait for the end of its run, then Close; or await DisposeAsync(), which does both.";

    private void CloseRegistration(int fd, in HandlerRegistration row, bool close)
    {
        close = close && (row.Object is not null || IsStillRegistered(fd, row));
        if ((row.Flags & RegistrationFlags.HoldsReference) != 0)
            ReleaseNow((SafeHandle)row.Object!);
        for (var waiter = row.Target as ReadinessWaiter; waiter is not null;)
        {
            var next = waiter.TakeNext();
            waiter.Failure = WaitsClosed(fd);
            waiter.Tell();
            waiter = next;
        }
        if (close)
            CloseDescriptor(new FileDescriptor(fd, row.Object));
    }

    /// <summary>
    /// Whether a bare number still is the file that was registered. One that was closed without RemoveHandler may belong to
    /// somebody else by now. The kernel knows; of files that it does not register, their identity tells.
    /// </summary>
    private bool IsStillRegistered(int fd, in HandlerRegistration row)
    {
        if ((row.Flags & RegistrationFlags.AlwaysReady) == 0)
            return _poller.Modify(fd, row.Token(fd), IOEvents.None) == Errno.Ok;
        uint generation = row.Generation;
        return _alwaysReady?.Find(file => file.Descriptor == fd && file.Generation == generation) is { } known
            && FileIdentity.Of(fd, out var identity) == Errno.Ok && identity == known.Identity;
    }

    private void CloseDescriptor(FileDescriptor descriptor)
    {
        try
        {
            _loop.CloseFd(descriptor);
        }
        catch (Exception exception)
        {
            // The others must be closed all the same.
            LoopLog.CloseFailed(_loop.Logger, exception, _loop.Name, descriptor.ToString());
        }
    }
}
