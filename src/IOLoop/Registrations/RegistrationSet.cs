using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using IOLoops.Callbacks;
using IOLoops.Interop;
using IOLoops.Polling;

namespace IOLoops.Registrations;

/// <summary>
/// The registrations of a loop, in its table and in the kernel: the system call first, the bookkeeping second. A change runs no user code:
/// what it ends is noted in <see cref="EndedItems"/>.
/// </summary>
/// <remarks>Used on the loop's thread, or while the gate is held and no turn runs.</remarks>
internal sealed class RegistrationSet(
    IOLoop loop, IPoller poller, HandlerTable table, AlwaysReadyFiles alwaysReady, ReadyBatch batch, EndedItems ended, EndingCalls ending, Poster poster)
{
    private static readonly Func<int, Exception> Lost = WaitsLost;

    private readonly IPoller _poller = poller;
    private readonly ReadyBatch _batch = batch;

    internal HandlerTable Table { get; } = table;

    internal AlwaysReadyFiles AlwaysReady { get; } = alwaysReady;

    /// <summary>Whether anything is registered, files that are always ready included.</summary>
    internal bool Any => Table.Count > 0;

    /// <summary>Whether there are descriptors to wait for.</summary>
    internal bool HasDescriptors => Table.Count > AlwaysReady.Count;

    internal void Update(FileDescriptor fd, IOEvents events)
    {
        ref var row = ref Table.FindTaken(fd.Number);
        if (Unsafe.IsNullRef(ref row) || row.Target is null or ReadinessWaiter)
            throw new InvalidOperationException($"File descriptor {fd.Number} has no handler on {loop.Name}. Call AddHandler first.");
        int number = (int)fd.Number;
        int errno = ModifyWithKernel(row, number, events);
        if (IsAnotherFile(errno))
            errno = RegisterAnew(ref row, number, events);
        if (errno != Errno.Ok)
            throw Errno.Failure(nameof(IOLoop.UpdateHandler), number, errno);
        row.Events = events;
    }

    internal void Remove(FileDescriptor fd)
    {
        ref var row = ref Table.FindTaken(fd.Number);
        if (!Unsafe.IsNullRef(ref row) && !FileObjects.IsSuccessor(row, fd.Object))
            Forget(ref row, (int)fd.Number, WaitsCancelled);
    }

    /// <summary>Registers a number, or throws and leaves all as it was.</summary>
    [MethodImpl(Jit.Hot)]
    internal ref HandlerRegistration Register(FileDescriptor fd, int number, object target, IOEvents events, ExecutionContext? context)
    {
        ForgetLingering(number);
        var registration = new HandlerRegistration
        {
            Target = target,
            Object = fd.Object,
            Context = context,
            Generation = Table.NextGeneration(),
            ChangedInPoll = _batch.Poll,
            Events = events,
            Flags = FileObjects.Hold(fd.Object),
        };
        int errno = RegisterWithKernel(number, ref registration);
        if (errno == Errno.EEXIST && ForgetPredecessor(number))
            errno = RegisterWithKernel(number, ref registration);
        if (errno != Errno.Ok)
        {
            ended.AddReferenceOf(registration);
            throw errno == Errno.EEXIST
                ? new InvalidOperationException($"File descriptor {number} is registered on {loop.Name} already, for a handler or a wait. Call UpdateHandler to change a handler's events, or RemoveHandler first.")
                : Errno.Failure(target is ReadinessWaiter ? nameof(IOLoop.WaitAsync) : nameof(IOLoop.AddHandler), number, errno);
        }
        ref var row = ref Table.Ensure(number);
        var old = row;
        Table.Take(ref row, registration);
        // The kernel accepted it, so what stood here is of a file that was closed without RemoveHandler.
        if (old.IsTaken)
            End(old, number, Lost);
        return ref row;
    }

    /// <summary>The file of a registration was closed: the waits for it fail.</summary>
    internal void Lose(ref HandlerRegistration row, int number) => Forget(ref row, number, Lost);

    /// <summary>The last wait for a descriptor is over.</summary>
    internal void ForgetWaits(ref HandlerRegistration row, int number) => Forget(ref row, number, WaitsCancelled);

    /// <summary>Asks the kernel for what the waits that are left ask for.</summary>
    internal void ChangeEventsOfWaits(ref HandlerRegistration row, int number, IOEvents events)
    {
        row.Events = events;
        if ((row.Flags & RegistrationFlags.AlwaysReady) == 0)
            _poller.Modify(number, row.Token(number), events); // EBADF, ENOENT: closed; RemoveHandler or the next use of the number ends the waits
    }

    /// <summary>Level-triggered, a descriptor whose handler is busy would be reported in every turn until the handler has returned.</summary>
    internal void Suspend(ref HandlerRegistration row, int number)
    {
        if ((row.Flags & (RegistrationFlags.Suspended | RegistrationFlags.AlwaysReady)) != 0)
            return;
        row.Flags |= RegistrationFlags.Suspended;
        _poller.Suspend(number, row.Token(number)); // ENOENT, EBADF: closed, so silent anyway
    }

    internal void Resume(ref HandlerRegistration row, int number)
    {
        row.Flags &= ~RegistrationFlags.Suspended;
        int errno = _poller.Modify(number, row.Token(number), row.Events);
        if (IsAnotherFile(errno))
            errno = RegisterAnew(ref row, number, row.Events); // closed meanwhile, and opened again
        if (errno is Errno.Ok or Errno.EBADF) // closed meanwhile
            return;
        var callback = row.Target as Delegate ?? ((AsyncHandler)row.Target!).Handler;
        poster.ReportLater(callback, Errno.Failure("Resuming a handler", number, errno));
    }

    /// <summary>Whether the poller's answer says that a number that was registered stands for another file by now, perhaps a regular one.</summary>
    internal bool IsAnotherFile(int errno) => errno == Errno.ENOENT || IsAlwaysReady(errno);

    // poll(2) takes every file: there EPERM says that a sandbox forbids statx.
    private bool IsAlwaysReady(int errno) => errno == Errno.EPERM && _poller.Kind != PollerKind.Poll;

    /// <summary>Asks for other events of the registered file. Returns 0 or an errno; ENOENT: the number stands for another file.</summary>
    [MethodImpl(Jit.Hot)]
    internal int ModifyWithKernel(in HandlerRegistration row, int number, IOEvents events)
    {
        if ((row.Flags & RegistrationFlags.AlwaysReady) != 0)
            return AlwaysReady.Check(number);
        return (row.Flags & RegistrationFlags.Suspended) != 0 ? Errno.Ok : _poller.Modify(number, row.Token(number), events);
    }

    /// <summary>
    /// The system does not report that an object was closed, and its handler would fail again and again. A socket can be
    /// asked. A disposed SafeHandle stays open because of the reference held here: when that is released it closes, and no new
    /// reference can be taken. Only between calls: the handle may close here.
    /// </summary>
    internal bool LoseIfClosed(ref HandlerRegistration row, int number)
    {
        bool closed = false;
        if ((row.Flags & RegistrationFlags.IsSocket) != 0)
        {
            closed = FileObjects.IsClosed(row.Object);
        }
        else if ((row.Flags & RegistrationFlags.HoldsReference) != 0)
        {
            var handle = (SafeHandle)row.Object!;
            uint generation = row.Generation;
            row.Flags &= ~RegistrationFlags.HoldsReference; // first: what closes the handle may remove this registration
            ended.Releases.Release(handle);
            if (row.Generation != generation)
                return true; // and it has
            closed = !FileObjects.TryHold(handle);
            if (!closed)
                row.Flags |= RegistrationFlags.HoldsReference;
        }
        if (closed)
            Lose(ref row, number);
        return closed;
    }

    /// <summary>
    /// Events of no registration came: a duplicate (in this process or a child) keeps a closed file open, the kernel
    /// reports it in every poll, and no number is left to remove it by. Only a new set is rid of it.
    /// </summary>
    internal void RebuildPoller()
    {
        _batch.GhostSeen = false;
        var live = new List<PollerEntry>();
        foreach (int fd in Table.Descriptors())
        {
            ref var row = ref Table.Find(fd);
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
            poster.ReportLater(RebuildPoller, exception);
            return;
        }
        foreach (var entry in live)
        {
            if (entry.Errno == Errno.Ok)
                Table.Find(entry.Descriptor).Flags &= ~RegistrationFlags.Suspended; // a busy one is suspended again when it is next reported
            else if (entry.Errno != Errno.ENOENT) // closed: a stranger who got its number must not be registered
                poster.ReportLater(RebuildPoller, Errno.Failure("Registering again", entry.Descriptor, entry.Errno));
        }
    }

    /// <summary>
    /// Whether a bare number still is the file that was registered. One that was closed without RemoveHandler may belong to
    /// another file by now. The kernel knows; for files that it does not register, their identity is compared.
    /// </summary>
    internal bool IsStillRegistered(int number, in HandlerRegistration row) => (row.Flags & RegistrationFlags.AlwaysReady) == 0
        ? _poller.Modify(number, row.Token(number), IOEvents.None) == Errno.Ok
        : AlwaysReady.IsStill(number, row.Generation);

    /// <summary>The waits of a registration have ended, and the number is now registered for another purpose, or another file.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void ForgetLingering(int number)
    {
        ref var row = ref Table.Find(number);
        if (!Unsafe.IsNullRef(ref row) && (row.Flags & RegistrationFlags.Lingering) != 0)
            ForgetWaits(ref row, number);
    }

    /// <summary>Not every kernel tells a number that was closed and opened again from one that is still the same; an object that is closed tells.</summary>
    private bool ForgetPredecessor(int number)
    {
        ref var row = ref Table.FindTaken(number);
        if (Unsafe.IsNullRef(ref row) || !FileObjects.IsClosed(row.Object))
            return false;
        Lose(ref row, number);
        return true;
    }

    [MethodImpl(Jit.Hot)]
    private int RegisterWithKernel(int number, ref HandlerRegistration registration)
    {
        ulong token = registration.Token(number);
        int errno = _poller.Register(number, token, registration.Events);
        if (IsAlwaysReady(errno))
        {
            errno = AlwaysReady.Add(number, registration.Generation);
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
        ref var row = ref Table.FindTaken(number);
        return !Unsafe.IsNullRef(ref row) && (row.Flags & RegistrationFlags.AlwaysReady) == 0;
    }

    /// <summary>The number was closed and opened again: the same handler for the new file. Events of the old one are stale.</summary>
    private int RegisterAnew(ref HandlerRegistration row, int number, IOEvents events)
    {
        var old = row;
        var registration = row;
        registration.Generation = Table.NextGeneration();
        registration.ChangedInPoll = _batch.Poll;
        registration.Events = events;
        registration.Flags &= ~RegistrationFlags.AlwaysReady; // of the old file; the new one may be another kind
        int errno = RegisterWithKernel(number, ref registration);
        if (errno != Errno.Ok)
            return errno;
        row = registration;
        if ((old.Flags & RegistrationFlags.AlwaysReady) != 0)
            AlwaysReady.Remove(number, old.Generation);
        return Errno.Ok;
    }

    /// <summary>Frees a row.</summary>
    private void Forget(ref HandlerRegistration row, int number, Func<int, Exception> lost)
    {
        var registration = row;
        if ((registration.Flags & RegistrationFlags.AlwaysReady) == 0)
            _poller.Unregister(number); // EBADF, ENOENT, EPERM: it was closed, and the kernel has forgotten it already
        Table.Free(ref row, _batch.Poll);
        End(registration, number, lost);
    }

    /// <summary>Ends what hung on a registration whose row is free, or another's, by now.</summary>
    private void End(in HandlerRegistration registration, int number, Func<int, Exception> lost)
    {
        if ((registration.Flags & RegistrationFlags.AlwaysReady) != 0)
            AlwaysReady.Remove(number, registration.Generation);
        if ((registration.Flags & RegistrationFlags.Busy) != 0)
            ending.Add(number, registration.Target!);
        ended.AddReferenceOf(registration);
        for (var waiter = registration.Target as ReadinessWaiter; waiter is not null;)
        {
            var next = waiter.TakeNext();
            waiter.Failure = lost(number);
            ended.Add(waiter);
            waiter = next;
        }
    }

    private static OperationCanceledException WaitsCancelled(int number) =>
        new($"RemoveHandler was called for file descriptor {number}, which this waited for.");

    private static IOException WaitsLost(int number) =>
        new($"File descriptor {number}, which this waited for, was closed.", Errno.EBADF);
}
