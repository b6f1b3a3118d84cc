using System.Runtime.CompilerServices;
using IOLoops.Interop;

namespace IOLoops.Core;

/// <summary>One-shot waits: <see cref="IOLoop.WaitAsync"/>.</summary>
internal sealed partial class LoopCore
{
    private ReadinessWaiter? _completing; // waits of one descriptor that are over, whose turn it is to be told

    private static readonly Action<(ReadinessWaiter Waiter, short Version)> CancelWaiter =
        static wait => wait.Waiter.Cancel(wait.Version);

    internal ValueTask<IOEvents> WaitAsync(FileDescriptor fd, IOEvents events, CancellationToken cancellationToken)
    {
        CheckEvents(events);
        if (IsOnLoopThread)
            return WaitNow(fd, events, cancellationToken);
        ValueTask<IOEvents> wait;
        bool wake;
        lock (_runGate)
        {
            VerifyIdle();
            wait = WaitNow(fd, events, cancellationToken);
            wake = NeedsWakeForDescriptors();
        }
        if (wake)
            _wake();
        return wait;
    }

    private ValueTask<IOEvents> WaitNow(FileDescriptor fd, IOEvents events, CancellationToken cancellationToken)
    {
        int number = CheckNumber(fd, nameof(WaitAsync));
        var waiter = ReadinessWaiter.Rent(this, number, events);
        ref var row = ref _handlers.FindTaken(number);
        if (!JoinWaiters(ref row, number, waiter))
            Register(fd, number, waiter, events, null);
        return waiter.Begin(cancellationToken);
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
        waiter.Append(first);
        row.Target = waiter;
        return true;
    }

    private void CompleteWaiters<TObserver>(ref HandlerRegistration row, int fd, IOEvents events)
        where TObserver : struct, ITurnObserver
    {
        ReadinessWaiter? ready = null;
        ReadinessWaiter? rest = null;
        for (var waiter = (ReadinessWaiter?)row.Target; waiter is not null;)
        {
            var next = waiter.TakeNext();
            bool isReady = (events & (waiter.Events | IOEvents.Error)) != 0;
            waiter.Append(isReady ? ready : rest);
            waiter.Outcome = events & (waiter.Events | IOEvents.Error);
            if (isReady)
                ready = waiter;
            else
                rest = waiter;
            waiter = next;
        }
        var call = TObserver.BeginHandler(this, null, fd, row.Object, events);
        // Before any continuation runs: it may wait again, or add a handler.
        KeepWaiters(ref row, fd, rest);
        _completing = ready;
        CompleteRest<TObserver>();
        TObserver.EndHandler(this, call, null);
    }

    /// <summary>
    /// What goes on after a wait may run a turn nested in this one, and wait there for what goes on after the next: that turn
    /// begins with it.
    /// </summary>
    private void CompleteRest<TObserver>()
        where TObserver : struct, ITurnObserver
    {
        while (_completing is { } ready)
        {
            _completing = ready.TakeNext();
            ready.Complete(ready.Outcome);
            if (_completing is { } next)
                TObserver.BeginWait(this, next.Descriptor); // a call of its own: the one before may have waited for turns
        }
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

    /// <summary>Takes one wait out. The loop's thread.</summary>
    internal void RemoveWaiter(ReadinessWaiter waiter)
    {
        ref var row = ref _handlers.FindTaken(waiter.Descriptor);
        if (Unsafe.IsNullRef(ref row))
            return;
        ReadinessWaiter? rest = null;
        for (var other = row.Target as ReadinessWaiter; other is not null;)
        {
            var next = other.TakeNext();
            if (!ReferenceEquals(other, waiter))
            {
                other.Append(rest);
                rest = other;
            }
            other = next;
        }
        KeepWaiters(ref row, waiter.Descriptor, rest);
    }

    internal void PostCancellation(ReadinessWaiter waiter, short version)
    {
        var (state, invoker) = StateInvoker.For(CancelWaiter, (waiter, version));
        TryPost(new WorkItem(CancelWaiter, state, invoker, null)); // a closed loop has ended its waits
    }
}
