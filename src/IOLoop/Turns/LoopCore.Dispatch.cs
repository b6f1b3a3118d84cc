using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using IOLoops.Callbacks;
using IOLoops.Interop;
using IOLoops.Polling;
using IOLoops.Registrations;

namespace IOLoops.Turns;

/// <summary>Calling handlers of ready descriptors.</summary>
internal sealed partial class LoopCore
{
    private readonly List<EndingCall> _endingCalls = [];
    private bool _ghostSeen;
    private IOHandler? _current; // the handler whose call this turn is in the middle of

    [MethodImpl(Jit.Hot)]
    private bool Dispatch<TObserver>(in ReadyEvent ready)
        where TObserver : struct, ITurnObserver
    {
        int fd = HandlerTable.Descriptor(ready.Token);
        ref var row = ref _handlers.Find(fd);
        if (Unsafe.IsNullRef(ref row) || row.Generation != HandlerTable.Generation(ready.Token))
        {
            // Freed or replaced since this poll: the event is merely stale. Before it: the kernel reports a file that is no
            // longer ours, which a duplicate keeps alive, and will for ever.
            if (Unsafe.IsNullRef(ref row) || row.ChangedInPoll != _poll)
                _ghostSeen = true;
            return false;
        }
        if (row.Flags != RegistrationFlags.None && !IsDispatchable(ref row, fd))
            return false;
        var events = ready.Events & (row.Events | IOEvents.Error);
        if (events == IOEvents.None)
            return false;
        if (row.Target is IOHandler handler)
            Call<TObserver>(ref row, fd, handler, events);
        else if (row.Target is AsyncHandler asyncHandler)
            Call<TObserver>(ref row, fd, asyncHandler, events);
        else
            CompleteWaiters<TObserver>(ref row, fd, events);
        return true;
    }

    private bool IsDispatchable(ref HandlerRegistration row, int fd)
    {
        if ((row.Flags & RegistrationFlags.EndedInBatch) != 0)
        {
            row.Flags &= ~RegistrationFlags.EndedInBatch;
            if (row.ChangedInPoll == _poll)
                return false;
        }
        if ((row.Flags & RegistrationFlags.Busy) == 0)
            return !ForgetIfClosed(ref row, fd);
        // Level-triggered, it would be reported in every turn until the handler has returned.
        if ((row.Flags & (RegistrationFlags.Suspended | RegistrationFlags.AlwaysReady)) == 0)
        {
            row.Flags |= RegistrationFlags.Suspended;
            _poller.Suspend(fd, row.Token(fd)); // ENOENT, EBADF: closed, so silent anyway
        }
        return false;
    }

    /// <summary>
    /// Nobody tells us that an object was closed, and its handler could do nothing but fail, again and again. A socket can
    /// be asked. A SafeHandle that was disposed stays open for the reference held here: given back, it closes, and gives
    /// out no other.
    /// </summary>
    private bool ForgetIfClosed(ref HandlerRegistration row, int fd)
    {
        bool closed = false;
        if ((row.Flags & RegistrationFlags.IsSocket) != 0)
        {
            closed = IsClosed(row.Object);
        }
        else if ((row.Flags & RegistrationFlags.HoldsReference) != 0)
        {
            var handle = (SafeHandle)row.Object!;
            uint generation = row.Generation;
            row.Flags &= ~RegistrationFlags.HoldsReference; // first: what closes the handle may remove this registration
            ReleaseNow(handle);
            if (row.Generation != generation)
                return true; // and it has
            closed = !TryHold(handle);
            if (!closed)
                row.Flags |= RegistrationFlags.HoldsReference;
        }
        if (closed)
            Forget(ref row, fd, WaitsLost);
        return closed;
    }

    private static bool TryHold(SafeHandle handle)
    {
        bool held = false;
        try
        {
            if (!handle.IsClosed)
                handle.DangerousAddRef(ref held);
        }
        catch (ObjectDisposedException)
        {
            // Closed by another thread since it was asked.
        }
        return held;
    }

    [MethodImpl(Jit.Hot)]
    private void Call<TObserver>(ref HandlerRegistration row, int fd, IOHandler handler, IOEvents events)
        where TObserver : struct, ITurnObserver
    {
        var outer = _current;
        _current = handler;
        row.Flags |= RegistrationFlags.Running;
        EnterContext(row.Context);
        var call = TObserver.BeginHandler(this, handler, fd, row.Object, events);
        Exception? failure = null;
        try
        {
            handler(new FileDescriptor(fd, row.Object), events);
        }
        catch (Exception exception)
        {
            failure = exception;
            _loop.ReportFailure(handler, exception);
        }
        TObserver.EndHandler(this, call, failure);
        LeaveContext();
        _current = outer;
        EndCall(ref row, fd, handler, RegistrationFlags.Running);
    }

    private void Call<TObserver>(ref HandlerRegistration row, int fd, AsyncHandler target, IOEvents events)
        where TObserver : struct, ITurnObserver
    {
        row.Flags |= RegistrationFlags.Running;
        EnterContext(row.Context);
        var call = TObserver.BeginHandler(this, target.Handler, fd, row.Object, events);
        Exception? failure = null;
        Task? task = null;
        try
        {
            task = target.Handler(new FileDescriptor(fd, row.Object), events);
            if (task is { IsCompletedSuccessfully: false })
                failure = TaskFailures.Of(task);
        }
        catch (Exception exception)
        {
            failure = exception;
            _loop.ReportFailure(target.Handler, exception);
        }
        bool isOver = task is not { IsCompleted: false };
        if (isOver && task is not null)
            TaskFailures.Report(_loop, target.Handler, task); // part of the call, should it block
        TObserver.EndHandler(this, call, failure);
        LeaveContext();
        if (!isOver)
        {
            if (ReferenceEquals(row.Target, target))
                row.Flags = (row.Flags & ~RegistrationFlags.Running) | RegistrationFlags.Resting;
            target.Begin(this, fd, task!);
            return;
        }
        EndCall(ref row, fd, target, RegistrationFlags.Running);
    }

    /// <summary>The task of an asynchronous handler has ended. The loop's thread, in a callback of its own.</summary>
    public void EndAsyncCall(int fd, AsyncHandler target, Task task)
    {
        TaskFailures.Report(_loop, target.Handler, task);
        EndRest(fd, target);
    }

    /// <summary>The same for a task that has not failed, in the middle of another call.</summary>
    /// <returns>False: somebody waits for the end of the call, and would be told here.</returns>
    public bool TryEndAsyncCall(int fd, AsyncHandler target)
    {
        if (_endingCalls.Count > 0)
            return false;
        EndRest(fd, target);
        return true;
    }

    private void EndRest(int fd, AsyncHandler target)
    {
        ref var row = ref _handlers.Find(fd);
        if (Unsafe.IsNullRef(ref row))
            return;
        // What the batch under way says of it is from before its task has ended, which may have read everything since.
        if (HasReadyBatch && ReferenceEquals(row.Target, target))
        {
            row.Flags |= RegistrationFlags.EndedInBatch;
            row.ChangedInPoll = _poll;
        }
        EndCall(ref row, fd, target, RegistrationFlags.Resting);
    }

    /// <summary>A call is over: its descriptor may be reported again, and whoever waits for the call's end goes on.</summary>
    [MethodImpl(Jit.Hot)]
    private void EndCall(ref HandlerRegistration row, int fd, object target, RegistrationFlags call)
    {
        if (_endingCalls.Count > 0)
            EndRemovedCall(fd, target);
        // The row may have been freed, or taken by another registration that is in no call.
        if (!ReferenceEquals(row.Target, target))
            return;
        row.Flags &= ~call;
        if ((row.Flags & (RegistrationFlags.Suspended | RegistrationFlags.Busy)) == RegistrationFlags.Suspended)
            Resume(ref row, fd);
    }

    private void EndRemovedCall(int fd, object target)
    {
        int place = _endingCalls.FindLastIndex(call => call.Descriptor == fd && ReferenceEquals(call.Target, target));
        if (place < 0)
            return;
        _endingCalls[place].End();
        _endingCalls.RemoveAt(place);
    }

    private void Resume(ref HandlerRegistration row, int fd)
    {
        row.Flags &= ~RegistrationFlags.Suspended;
        int errno = _poller.Modify(fd, row.Token(fd), row.Events);
        if (errno is Errno.ENOENT or Errno.EPERM)
            errno = RegisterAnew(ref row, fd, row.Events); // closed meanwhile, and opened again
        if (errno is Errno.Ok or Errno.EBADF) // closed meanwhile
            return;
        var callback = row.Target as Delegate ?? ((AsyncHandler)row.Target!).Handler;
        ReportLater(callback, Errno.Failure("Resuming a handler", fd, errno));
    }

    /// <summary>
    /// Events of no registration came: a duplicate (in this process or a child) keeps a closed file open, the kernel
    /// reports it in every poll, and no number is left to remove it by. Only a new set is rid of it.
    /// </summary>
    private void RebuildPoller()
    {
        _ghostSeen = false;
        var live = new List<PollerEntry>();
        foreach (int fd in _handlers.Descriptors())
        {
            ref var row = ref _handlers.Find(fd);
            if ((row.Flags & RegistrationFlags.AlwaysReady) == 0)
                live.Add(new PollerEntry(fd, row.Token(fd), row.Events));
        }
        try
        {
            _poller.Rebuild(CollectionsMarshal.AsSpan(live));
        }
        catch (IOException exception)
        {
            // No descriptor is left for a new set: the old one stays, with its ghost, and the next turn tries again.
            ReportLater(RebuildPoller, exception);
            return;
        }
        foreach (var entry in live)
        {
            if (entry.Errno == Errno.Ok)
                _handlers.Find(entry.Descriptor).Flags &= ~RegistrationFlags.Suspended; // a busy one is suspended again when it is next reported
            else if (entry.Errno != Errno.ENOENT) // closed: a stranger who got its number must not be registered
                ReportLater(RebuildPoller, Errno.Failure("Registering again", entry.Descriptor, entry.Errno));
        }
    }
}
