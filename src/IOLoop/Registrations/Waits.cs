using System.Runtime.CompilerServices;
using IOLoops.Callbacks;
using IOLoops.Interop;
using IOLoops.Ownership;

namespace IOLoops.Registrations;

/// <summary>One-shot waits: <see cref="IOLoop.WaitAsync"/>. All on the same descriptor share its registration.</summary>
internal sealed class Waits(IOLoop loop, LoopGate gate, RegistrationSet registrations, EndedItems ended, Poster poster)
{
    private static readonly Action<(Waits Waits, ReadinessWaiter Waiter, short Version)> CancelWaiter =
        static wait => wait.Waits.Cancel(wait.Waiter, wait.Version);

    /// <summary>The loop that failures are reported to.</summary>
    internal IOLoop Loop => loop;

    internal bool IsOnLoopThread => gate.IsOnLoopThread;

    /// <summary>Those on sockets, which another thread may dispose of.</summary>
    internal SocketWaits OnSockets { get; } = new(registrations);

    /// <summary>Begins a wait. On the loop's thread, or while the gate is held and no turn runs.</summary>
    internal void Add(FileDescriptor fd, int number, ReadinessWaiter waiter)
    {
        ref var row = ref registrations.Table.FindTaken(number);
        if (TryRevive(ref row, number, fd.Object, waiter) || Join(ref row, number, waiter))
            return;
        row = ref registrations.Register(fd, number, waiter, waiter.Events, null);
        if ((row.Flags & RegistrationFlags.IsSocket) != 0)
            OnSockets.Add(row.Token(number));
    }

    /// <summary>
    /// A descriptor is ready: notes the waits that this ends, and keeps the others. Without others the registration lingers until
    /// <see cref="Settle"/>: code that waits again as soon as it resumes, as most does, costs one system call instead of two.
    /// </summary>
    internal void End(ref HandlerRegistration row, int number, IOEvents events)
    {
        var (ready, rest) = WaitList.Split((ReadinessWaiter?)row.Target, IsReady, events);
        if (rest.First is null && (row.Flags & (RegistrationFlags.AlwaysReady | RegistrationFlags.Suspended)) == 0)
        {
            row.Target = null;
            row.Flags |= RegistrationFlags.Lingering;
        }
        else
        {
            Keep(ref row, number, rest.First);
        }
        ended.Add(ready);
    }

    /// <summary>The callers have resumed: a registration that none of them waits with again is forgotten.</summary>
    internal void Settle(int number, uint generation)
    {
        ref var row = ref registrations.Table.Find(number);
        if (!Unsafe.IsNullRef(ref row) && row.Generation == generation && (row.Flags & RegistrationFlags.Lingering) != 0)
            registrations.ForgetWaits(ref row, number);
    }

    /// <summary>The token of a wait was cancelled. Any thread.</summary>
    internal void PostCancellation(ReadinessWaiter waiter, short version)
    {
        var (state, invoker) = StateInvoker.For(CancelWaiter, (this, waiter, version));
        poster.TryPost(new WorkItem(CancelWaiter, state, invoker, null)); // a closed loop has ended its waits
    }

    /// <summary>
    /// Waits again with a registration that lingers. The kernel judges whether it still is that of the same file: other code may have
    /// closed the number, also that of a handle, and opened it again.
    /// </summary>
    private bool TryRevive(ref HandlerRegistration row, int number, object? file, ReadinessWaiter waiter)
    {
        if (Unsafe.IsNullRef(ref row) || (row.Flags & RegistrationFlags.Lingering) == 0
            || !ReferenceEquals(row.Object, file) || FileObjects.IsClosed(file))
        {
            return false;
        }
        if (registrations.ModifyWithKernel(row, number, waiter.Events) != Errno.Ok)
            return false; // Register takes the other file, or says why not
        row.Events = waiter.Events;
        row.Flags &= ~RegistrationFlags.Lingering;
        row.Target = waiter;
        return true;
    }

    /// <summary>Adds a wait to those on the same file. False: there are none, or they are of a file that was closed.</summary>
    private bool Join(ref HandlerRegistration row, int number, ReadinessWaiter waiter)
    {
        if (Unsafe.IsNullRef(ref row) || row.Target is not ReadinessWaiter first)
            return false;
        var events = row.Events | waiter.Events;
        int errno = registrations.ModifyWithKernel(row, number, events);
        if (registrations.IsAnotherFile(errno))
            return false;
        if (errno != Errno.Ok)
            throw Errno.Failure(nameof(IOLoop.WaitAsync), number, errno);
        row.Events = events;
        WaitList.Append(first, waiter);
        return true;
    }

    private static bool IsReady(ReadinessWaiter waiter, IOEvents events)
    {
        waiter.Outcome = events & (waiter.Events | IOEvents.Error);
        return waiter.Outcome != IOEvents.None;
    }

    private void Keep(ref HandlerRegistration row, int number, ReadinessWaiter? rest)
    {
        row.Target = rest;
        if (rest is null)
        {
            registrations.ForgetWaits(ref row, number);
            return;
        }
        var events = IOEvents.None;
        for (var waiter = rest; waiter is not null; waiter = waiter.Next)
            events |= waiter.Events;
        registrations.ChangeEventsOfWaits(ref row, number, events);
    }

    /// <summary>
    /// A token was cancelled, in a callback of its own. The wait may have ended since, and its waiter may serve another, of another
    /// loop even: only one that is in this loop's list is known to be pending, and stays what it is while it is.
    /// </summary>
    private void Cancel(ReadinessWaiter waiter, short version)
    {
        int fd = waiter.Descriptor;
        ref var row = ref registrations.Table.FindTaken(fd);
        if (Unsafe.IsNullRef(ref row) || !WaitList.Contains(row.Target as ReadinessWaiter, waiter) || waiter.Version != version)
            return;
        var (_, rest) = WaitList.Split((ReadinessWaiter?)row.Target, ReferenceEquals, waiter);
        Keep(ref row, fd, rest.First);
        waiter.Cancel();
    }
}
