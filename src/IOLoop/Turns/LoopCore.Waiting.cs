using System.Runtime.CompilerServices;
using IOLoops.Callbacks;
using IOLoops.Interop;
using IOLoops.Registrations;

namespace IOLoops.Turns;

/// <summary>One-shot waits: <see cref="IOLoop.WaitAsync"/>.</summary>
internal sealed partial class LoopCore
{
    private static readonly Action<(LoopCore Core, ReadinessWaiter Waiter, short Version)> CancelWaiter =
        static wait => wait.Core.Cancel(wait.Waiter, wait.Version);

    internal ValueTask<IOEvents> WaitAsync(FileDescriptor fd, IOEvents events, CancellationToken cancellationToken)
    {
        CheckEvents(events);
        int number = CheckNumber(fd, nameof(WaitAsync));
        var waiter = ReadinessWaiter.Rent(this, number, events);
        // Before the loop knows of it, which may end it at any time from then on; and not under the gate, for a token that was
        // cancelled calls back from within.
        var wait = waiter.Begin(cancellationToken, out short version);
        try
        {
            BeginWait(fd, number, waiter);
        }
        catch
        {
            waiter.Abandon();
            throw;
        }
        // The callback that was posted by the token may have found no wait yet.
        if (cancellationToken.IsCancellationRequested)
            PostCancellation(waiter, version);
        return wait;
    }

    private void BeginWait(FileDescriptor fd, int number, ReadinessWaiter waiter)
    {
        if (IsOnLoopThread)
        {
            WaitNow(fd, number, waiter);
            return;
        }
        using var idle = EnterIdle();
        WaitNow(fd, number, waiter);
        idle.WakeIf(NeedsWakeForDescriptors());
    }

    private void WaitNow(FileDescriptor fd, int number, ReadinessWaiter waiter)
    {
        ref var row = ref _handlers.FindTaken(number);
        if (JoinWaiters(ref row, number, waiter))
            return;
        row = ref Register(fd, number, waiter, waiter.Events, null);
        if ((row.Flags & RegistrationFlags.IsSocket) != 0)
            NoteSocketWait(row.Token(number));
    }

    /// <summary>Adds a wait to those on the same file. False: there are none, or they are of a file that was closed.</summary>
    private bool JoinWaiters(ref HandlerRegistration row, int number, ReadinessWaiter waiter)
    {
        if (Unsafe.IsNullRef(ref row) || row.Target is not ReadinessWaiter first)
            return false;
        var events = row.Events | waiter.Events;
        int errno = ModifyWithKernel(row, number, events);
        if (errno is Errno.ENOENT or Errno.EPERM) // EPERM: it is a regular file by now
            return false;
        if (errno != Errno.Ok)
            throw Errno.Failure("WaitAsync", number, errno);
        row.Events = events;
        WaitList.Append(first, waiter);
        return true;
    }

    private void CompleteWaiters<TObserver>(ref HandlerRegistration row, int fd, IOEvents events)
        where TObserver : struct, ITurnObserver
    {
        var (ready, rest) = WaitList.Split((ReadinessWaiter?)row.Target, IsReady, events);
        var call = TObserver.BeginHandler(this, null, fd, row.Object, events);
        // Before any continuation runs: it may wait again, or add a handler.
        KeepWaiters(ref row, fd, rest.First);
        _told.Add(ready);
        _hasEnded = true; // for turns that nest in what resumes
        TellWaits<TObserver>();
        TObserver.EndHandler(this, call, null);
        NoteWhatIsLeft();
    }

    private static bool IsReady(ReadinessWaiter waiter, IOEvents events)
    {
        waiter.Outcome = events & (waiter.Events | IOEvents.Error);
        return waiter.Outcome != IOEvents.None;
    }

    private void KeepWaiters(ref HandlerRegistration row, int fd, ReadinessWaiter? rest)
    {
        row.Target = rest;
        if (rest is null)
        {
            Forget(ref row, fd, WaitsCancelled);
            return;
        }
        row.Events = IOEvents.None;
        for (var waiter = rest; waiter is not null; waiter = waiter.Next)
            row.Events |= waiter.Events;
        if ((row.Flags & RegistrationFlags.AlwaysReady) == 0)
            _poller.Modify(fd, row.Token(fd), row.Events); // EBADF, ENOENT: closed; RemoveHandler or the next use of the number ends the waits
    }

    /// <summary>
    /// A token was cancelled, in a callback of its own. The wait may have ended since, and its waiter may serve another, of another
    /// loop even: only one that is in this loop's list is known to be pending, and stays what it is while it is.
    /// </summary>
    private void Cancel(ReadinessWaiter waiter, short version)
    {
        int fd = waiter.Descriptor;
        ref var row = ref _handlers.FindTaken(fd);
        if (Unsafe.IsNullRef(ref row) || !WaitList.Contains(row.Target as ReadinessWaiter, waiter) || waiter.Version != version)
            return;
        var (_, rest) = WaitList.Split((ReadinessWaiter?)row.Target, ReferenceEquals, waiter);
        KeepWaiters(ref row, fd, rest.First);
        waiter.Cancel();
    }

    /// <summary>The token of a wait was cancelled. Any thread.</summary>
    public void PostCancellation(ReadinessWaiter waiter, short version)
    {
        var (state, invoker) = StateInvoker.For(CancelWaiter, (this, waiter, version));
        TryPost(new WorkItem(CancelWaiter, state, invoker, null)); // a closed loop has ended its waits
    }
}
