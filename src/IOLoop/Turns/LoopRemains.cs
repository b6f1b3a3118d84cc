using System.Runtime.InteropServices;
using IOLoops.Callbacks;
using IOLoops.Diagnostics;
using IOLoops.Registrations;
using IOLoops.Timeouts;

namespace IOLoops.Turns;

/// <summary>What a loop held when it was closed. No other thread touches it any more; the closing thread releases it, holding no lock.</summary>
internal sealed class LoopRemains
{
    private readonly RegistrationSet _set;
    private readonly EndedItems _ended;
    private readonly List<(int Descriptor, HandlerRegistration Row)> _registrations;
    private readonly List<WorkItem> _timeouts;
    private readonly EndingCall[] _calls;
    private readonly SafeHandle[] _released;
    private WaitList _waits;

    /// <summary>Takes it out of the loop, while the gate is held.</summary>
    internal LoopRemains(RegistrationSet registrations, TimeoutQueue timeouts, EndingCalls ending, EndedItems ended)
    {
        _set = registrations;
        _ended = ended;
        _registrations = registrations.Table.Copy();
        registrations.Table.Clear();
        _timeouts = timeouts.Clear();
        _calls = ending.TakeAll();
        _released = ended.Releases.TakeFrom(0);
        _waits = ended.TakeWaits();
    }

    /// <param name="loop">The loop, which is closed.</param>
    /// <param name="callbacks">Those that it had accepted and not run.</param>
    /// <param name="allFds">Whether to close the registered descriptors, too.</param>
    internal void LetGo(IOLoop loop, List<WorkItem> callbacks, bool allFds)
    {
        var dropped = CallbackQueue.Drop(callbacks);
        foreach (var item in _timeouts)
            item.Invoker?.Drop(item.Callback, item.State);
        if (dropped.Count > 0)
            LoopLog.CallbacksDropped(loop.Logger, loop.Name, dropped.Count, LoopLog.Describe(WorkItemCall.Name(dropped[0])));
        foreach (var (fd, row) in _registrations)
            LetGo(loop, fd, row, allFds);
        foreach (var handle in _released)
            _ended.Releases.Release(handle);
        while (_waits.TakeFirst() is { } waiter)
            waiter.Tell();
        foreach (var call in _calls)
            call.End();
    }

    private void LetGo(IOLoop loop, int fd, in HandlerRegistration row, bool close)
    {
        close = close && (row.Object is not null || _set.IsStillRegistered(fd, row));
        if ((row.Flags & RegistrationFlags.HoldsReference) != 0)
            _ended.Releases.Release((SafeHandle)row.Object!);
        for (var waiter = row.Target as ReadinessWaiter; waiter is not null;)
        {
            var next = waiter.TakeNext();
            waiter.Failure = new ObjectDisposedException(loop.Name, $"The loop was closed while this waited for file descriptor {fd}.");
            waiter.Tell();
            waiter = next;
        }
        if (close)
            Close(loop, new FileDescriptor(fd, row.Object));
    }

    private static void Close(IOLoop loop, FileDescriptor descriptor)
    {
        try
        {
            loop.CloseFd(descriptor);
        }
        catch (Exception exception)
        {
            // The others must be closed all the same.
            LoopLog.CloseFailed(loop.Logger, exception, loop.Name, descriptor.ToString());
        }
    }
}
