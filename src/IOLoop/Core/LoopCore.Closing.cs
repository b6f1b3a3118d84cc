using IOLoops.Diagnostics;

namespace IOLoops.Core;

internal sealed partial class LoopCore
{
    internal IOLoop Loop => _loop;

    /// <summary>Closes a loop that does not run. What callers wait for ends; what was accepted and never ran is reported.</summary>
    /// <param name="allFds">Whether to close the registered descriptors, too.</param>
    /// <param name="onClosing">Called when it is certain that the loop closes, before anything is let go of. Makes it known as closed.</param>
    /// <returns>False: it is closed already.</returns>
    internal bool Close(bool allFds, Action onClosing)
    {
        lock (_runGate)
        {
            if (_closed)
                return false;
            if (_threadId != 0 || _isAttached)
                throw new InvalidOperationException($"{_loop.Name} is running: call Stop, and Close when it runs no more.");
            _closed = true;
        }
        onClosing();
        EndWatch();
        LoopRegistry.Remove(this);
        var dropped = _callbacks.Close();
        foreach (var item in dropped)
            item.Invoker?.Drop(item.Callback, item.State);
        dropped.RemoveAll(static item => item.Invoker is { } invoker && !invoker.IsMissed(item.State));
        foreach (var item in _timeouts.Clear())
            item.Invoker?.Drop(item.Callback, item.State);
        if (dropped.Count > 0)
            LoopLog.CallbacksDropped(_loop.Logger, _loop.Name, dropped.Count, LoopLog.Describe(dropped[0].Callback));
        CloseHandlers(allFds);
        _clock.Dispose();
        _poller.Dispose();
        LoopLog.Flush(_loop.Logger);
        return true;
    }

    private void CloseHandlers(bool allFds)
    {
        foreach (int fd in _handlers.Descriptors())
        {
            ref var row = ref _handlers.Find(fd);
            if (!row.IsTaken)
                continue; // closing another one has removed it
            var descriptor = new FileDescriptor(fd, row.Object);
            Forget(ref row, fd, WaitsClosed);
            if (allFds)
                CloseDescriptor(descriptor);
        }
        foreach (var call in _endingCalls)
            call.End();
        _handlers.Clear();
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
