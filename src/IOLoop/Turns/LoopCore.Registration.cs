using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using IOLoops.Interop;
using IOLoops.Ownership;
using IOLoops.Registrations;
using Microsoft.Win32.SafeHandles;

namespace IOLoops.Turns;

/// <summary>Adding, changing and removing handlers: the system call first, the bookkeeping second.</summary>
internal sealed partial class LoopCore
{
    private const IOEvents AllEvents =
        IOEvents.Read | IOEvents.Priority | IOEvents.Write | IOEvents.Error | IOEvents.ReadHangUp;

    [MethodImpl(Jit.Hot)]
    internal void AddHandler(FileDescriptor fd, object handler, IOEvents events)
    {
        CheckEvents(events);
        if (IsOnLoopThread)
        {
            AddNow(fd, handler, events);
            return;
        }
        using var idle = EnterIdle();
        AddNow(fd, handler, events);
        idle.WakeIf(NeedsWakeForDescriptors());
    }

    [MethodImpl(Jit.Hot)]
    private void AddNow(FileDescriptor fd, object handler, IOEvents events)
    {
        int number = CheckNumber(fd, nameof(AddHandler));
        if (handler is AsyncIOHandler asyncHandler)
        {
            var target = new AsyncHandler(asyncHandler);
            Register(fd, number, target, events, target.CaptureContext());
        }
        else
        {
            Register(fd, number, handler, events, DefaultContext.Capture());
        }
    }

    internal void UpdateHandler(FileDescriptor fd, IOEvents events)
    {
        CheckEvents(events);
        if (IsOnLoopThread)
        {
            UpdateNow(fd, events);
            return;
        }
        using var idle = EnterIdle();
        UpdateNow(fd, events);
        idle.WakeIf(NeedsWakeForDescriptors());
    }

    private void UpdateNow(FileDescriptor fd, IOEvents events)
    {
        ref var row = ref _handlers.FindTaken(fd.Number);
        if (Unsafe.IsNullRef(ref row) || row.Target is ReadinessWaiter)
            throw new InvalidOperationException($"File descriptor {fd.Number} has no handler on {_loop.Name}. Call AddHandler first.");
        int number = (int)fd.Number;
        int errno = ModifyWithKernel(row, number, events);
        if (errno is Errno.ENOENT or Errno.EPERM) // EPERM: it is a regular file by now
            errno = RegisterAnew(ref row, number, events);
        if (errno != Errno.Ok)
            throw Errno.Failure("UpdateHandler", number, errno);
        row.Events = events;
    }

    internal void RemoveHandler(FileDescriptor fd)
    {
        if (IsOnLoopThread)
        {
            RemoveNow(fd);
            return;
        }
        using var idle = EnterIdleUnlessClosed();
        if (idle.IsClosed)
            return;
        RemoveNow(fd);
        idle.WakeIf(NeedsWakeAfterRemoval());
    }

    private void RemoveNow(FileDescriptor fd)
    {
        ref var row = ref _handlers.FindTaken(fd.Number);
        if (!Unsafe.IsNullRef(ref row) && !IsSuccessorOf(row, fd.Object))
            Forget(ref row, (int)fd.Number, WaitsCancelled);
    }

    /// <summary>Registers a number, or throws and leaves all as it was.</summary>
    [MethodImpl(Jit.Hot)]
    private ref HandlerRegistration Register(FileDescriptor fd, int number, object target, IOEvents events, ExecutionContext? context)
    {
        var registration = new HandlerRegistration
        {
            Target = target,
            Object = fd.Object,
            Context = context,
            Generation = _handlers.NextGeneration(),
            ChangedInPoll = _poll,
            Events = events,
            Flags = HoldObject(fd.Object),
        };
        int errno = RegisterWithKernel(number, ref registration);
        if (errno == Errno.EEXIST && ForgetPredecessor(number))
            errno = RegisterWithKernel(number, ref registration);
        if (errno != Errno.Ok)
        {
            Release(registration);
            throw errno == Errno.EEXIST
                ? new InvalidOperationException($"File descriptor {number} is registered on {_loop.Name} already, for a handler or a wait. Call UpdateHandler to change a handler's events, or RemoveHandler first.")
                : Errno.Failure(target is ReadinessWaiter ? nameof(WaitAsync) : nameof(AddHandler), number, errno);
        }
        ref var row = ref _handlers.Ensure(number);
        var old = row;
        _handlers.Take(ref row, registration);
        // The kernel accepted it, so what stood here is of a file that was closed without RemoveHandler.
        if (old.IsTaken)
            End(old, number, WaitsLost);
        return ref row;
    }

    /// <summary>Not every kernel tells a number that was closed and opened again from one that is still the same; an object that is closed tells.</summary>
    private bool ForgetPredecessor(int number)
    {
        ref var row = ref _handlers.FindTaken(number);
        if (Unsafe.IsNullRef(ref row) || !IsClosed(row.Object))
            return false;
        Forget(ref row, number, WaitsLost);
        return true;
    }

    [MethodImpl(Jit.Hot)]
    private int RegisterWithKernel(int number, ref HandlerRegistration registration)
    {
        ulong token = registration.Token(number);
        int errno = _poller.Register(number, token, registration.Events);
        if (errno == Errno.EPERM)
        {
            errno = AddAlwaysReady(number, registration.Generation);
            if (errno == Errno.Ok)
                registration.Flags |= RegistrationFlags.AlwaysReady;
        }
        // Closed, while a duplicate kept the file open, then removed or replaced by a regular file, and then duplicated back to
        // its old number: the kernel still has a registration that no row stands for.
        else if (errno == Errno.EEXIST && !IsInKernel(number) && !_poller.Owns(number))
        {
            errno = _poller.Modify(number, token, registration.Events);
        }
        return errno;
    }

    /// <summary>Whether a row stands for a registration of the kernel.</summary>
    private bool IsInKernel(int number)
    {
        ref var row = ref _handlers.FindTaken(number);
        return !Unsafe.IsNullRef(ref row) && (row.Flags & RegistrationFlags.AlwaysReady) == 0;
    }

    /// <summary>Asks for other events of the registered file. Returns 0 or an errno; ENOENT: the number stands for another file.</summary>
    [MethodImpl(Jit.Hot)]
    private int ModifyWithKernel(in HandlerRegistration row, int number, IOEvents events)
    {
        if ((row.Flags & RegistrationFlags.AlwaysReady) != 0)
            return CheckAlwaysReady(number);
        return (row.Flags & RegistrationFlags.Suspended) != 0 ? Errno.Ok : _poller.Modify(number, row.Token(number), events);
    }

    /// <summary>The number was closed and opened again: the same handler for the new file. Events of the old one are stale.</summary>
    private int RegisterAnew(ref HandlerRegistration row, int number, IOEvents events)
    {
        var old = row;
        var registration = row;
        registration.Generation = _handlers.NextGeneration();
        registration.ChangedInPoll = _poll;
        registration.Events = events;
        registration.Flags &= ~RegistrationFlags.AlwaysReady; // of the old file; the new one may be another kind
        int errno = RegisterWithKernel(number, ref registration);
        if (errno != Errno.Ok)
            return errno;
        row = registration;
        if ((old.Flags & RegistrationFlags.AlwaysReady) != 0)
            RemoveAlwaysReady(number, old.Generation);
        return Errno.Ok;
    }

    /// <summary>Frees a row. Whom it concerns is told between calls: see <see cref="TellEnded"/>.</summary>
    private void Forget(ref HandlerRegistration row, int number, Func<int, Exception> lost)
    {
        var registration = row;
        if ((registration.Flags & RegistrationFlags.AlwaysReady) == 0)
            _poller.Unregister(number); // EBADF, ENOENT, EPERM: it was closed, and the kernel has forgotten it already
        _handlers.Free(ref row, _poll);
        End(registration, number, lost);
    }

    /// <summary>Ends what hung on a registration whose row is free, or another's, by now.</summary>
    private void End(in HandlerRegistration registration, int number, Func<int, Exception> lost)
    {
        if ((registration.Flags & RegistrationFlags.AlwaysReady) != 0)
            RemoveAlwaysReady(number, registration.Generation);
        if ((registration.Flags & RegistrationFlags.Busy) != 0)
            _endingCalls.Add(new EndingCall(number, registration.Target!));
        Release(registration);
        for (var waiter = registration.Target as ReadinessWaiter; waiter is not null;)
        {
            var next = waiter.TakeNext();
            waiter.Failure = lost(number);
            _told.Add(waiter);
            _hasEnded = true;
            waiter = next;
        }
    }

    private static OperationCanceledException WaitsCancelled(int number) =>
        new($"RemoveHandler was called for file descriptor {number}, which this waited for.");

    private static IOException WaitsLost(int number) =>
        new($"File descriptor {number}, which this waited for, was closed.", Errno.EBADF);

    private ObjectDisposedException WaitsClosed(int number) =>
        new(_loop.Name, $"The loop was closed while this waited for file descriptor {number}.");

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void CheckEvents(IOEvents events)
    {
        if ((events & ~AllEvents) != 0)
            throw new ArgumentException($"There are no such events: 0x{(int)(events & ~AllEvents):X}. Combine values of IOEvents. Edge-triggered and one-shot modes are unavailable.", nameof(events));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int CheckNumber(FileDescriptor fd, string call)
    {
        nint number = fd.Number;
        if (number < 0 || number > int.MaxValue)
            throw number < 0 ? Errno.Failure(call, number, Errno.EBADF) : Errno.TooWide(call, number);
        // To ask Windows about a pipe may wait until what reads it has read.
        if (OperatingSystem.IsWindows() && fd.Object is SafeFileHandle { IsClosed: false } or SafePipeHandle { IsClosed: false })
            throw Errno.Failure(call, number, Errno.ENOTSOCK);
        return (int)number;
    }

    /// <summary>
    /// Keeps the object open while it is registered. Not a socket: its Dispose spins until all references are gone, so one
    /// held here would hang whoever closes it; sockets are asked whether they are closed instead.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static RegistrationFlags HoldObject(object? file)
    {
        switch (file)
        {
            case Socket or SafeSocketHandle:
                ObjectDisposedException.ThrowIf(IsClosed(file), file);
                return RegistrationFlags.IsSocket;
            case SafeHandle handle:
                bool held = false;
                handle.DangerousAddRef(ref held);
                return RegistrationFlags.HoldsReference;
            default:
                return RegistrationFlags.None;
        }
    }

    private static bool IsClosed(object? file) => file switch
    {
        Socket socket => socket.SafeHandle.IsClosed,
        SafeHandle handle => handle.IsClosed,
        _ => false,
    };

    /// <summary>Whether the row belongs to another object that got the number when <paramref name="file"/> was closed.</summary>
    private static bool IsSuccessorOf(in HandlerRegistration row, object? file) =>
        file is not null && row.Object is not null && !ReferenceEquals(file, row.Object) && IsClosed(file);
}
