using System.Diagnostics;
using System.Runtime.InteropServices;
using IOLoops.Interop;

namespace IOLoops.Polling;

/// <summary>
/// <c>kqueue(2)</c>, level-triggered: macOS and FreeBSD. The kernel keeps a filter for reading and one for writing; a
/// number that was closed has lost them, which a change of a filter tells, so the kernel judges reuse as epoll's does.
/// Adding one that is there is no error to it, so what is registered is known here. There are no ghosts: filters belong
/// to the number, not to the file behind it.
/// </summary>
internal sealed class KqueuePoller : IPoller, INestablePoller
{
    // kevent refuses what is beyond some years. A wait that ends before its deadline is a turn more, and nothing else.
    private const long LongestWait = 1_000_000 * TimeSpan.TicksPerSecond;

    private readonly IKqueue _kqueue;
    private readonly IWaker? _waker;
    private readonly Dictionary<int, Registration> _registrations = [];
    private readonly List<int> _ended = [];           // whose filter has cleared itself in reporting an end, which is to be reported again
    private readonly Stack<Registration> _spare = []; // adding and removing handlers allocates nothing
    private Kevent[] _events = [];
    private ulong _wait;

    /// <param name="kqueue">Owned.</param>
    /// <param name="waker">Owned; null: the kqueue's user event.</param>
    internal KqueuePoller(IKqueue kqueue, IWaker? waker)
    {
        _kqueue = kqueue;
        _waker = waker;
        int errno = waker is null
            ? kqueue.Change(new Kevent { Filter = Kevent.User, Flags = Kevent.Add | Kevent.Clear, UserData = IPoller.WakerToken })
            : kqueue.Change(new Kevent { Ident = waker.Descriptor, Filter = Kevent.Read, Flags = Kevent.Add, UserData = IPoller.WakerToken });
        if (errno == Errno.Ok)
            return;
        Dispose();
        throw Errno.Failure("kevent (waker)", errno);
    }

    public PollerKind Kind => PollerKind.Kqueue;

    public int Descriptor => _kqueue.Descriptor;

    public int SetDescriptor => _kqueue.Descriptor;

    /// <summary>Always the same: <see cref="Rebuild"/> keeps the kqueue.</summary>
    public int SetVersion => 0;

    public ISleeper CreateSleeper(Action wake) => new NestedSleeper(this, wake);

    public IOneShotSet CreateOneShotSet() => new KqueueOneShotSet(new BsdKqueue());

    public bool Owns(int fd) => fd == _kqueue.Descriptor || fd == _waker?.Descriptor;

    public int Register(int fd, ulong token, IOEvents events)
    {
        int errno = _kqueue.KindOf(fd, out var kind);
        if (errno != Errno.Ok)
            return errno;
        if (_registrations.TryGetValue(fd, out var known))
        {
            if (IsAlive(fd, known))
                return Errno.EEXIST;
            Drop(fd, known); // closed, and opened again
        }
        if (kind == FileKind.AlwaysReady)
            return Errno.EPERM;
        var registration = _spare.TryPop(out var spare) ? spare : new Registration();
        registration.Token = token;
        registration.Kind = kind;
        _registrations.Add(fd, registration);
        errno = Apply(fd, registration, events);
        if (errno != Errno.Ok)
            Remove(fd, registration);
        return KqueueInterest.IsAlwaysReady(kind, errno) ? Errno.EPERM : errno;
    }

    public int Modify(int fd, ulong token, IOEvents events)
    {
        if (!_registrations.TryGetValue(fd, out var registration))
            return _kqueue.KindOf(fd, out _) is not Errno.Ok and var errno ? errno : Errno.ENOENT;
        registration.Token = token;
        int failure = Apply(fd, registration, events);
        if (failure is Errno.ENOENT or Errno.EBADF)
        {
            Drop(fd, registration); // closed; when opened again it is another file
        }
        else if (KqueueInterest.IsAlwaysReady(registration.Kind, failure))
        {
            Remove(fd, registration);
            failure = Errno.EPERM;
        }
        return failure;
    }

    public int Suspend(int fd, ulong token)
    {
        if (!_registrations.TryGetValue(fd, out var registration))
            return Errno.ENOENT;
        return Change(fd, registration, Kevent.Disable);
    }

    public int Unregister(int fd)
    {
        if (!_registrations.TryGetValue(fd, out var registration))
            return Errno.ENOENT;
        return Remove(fd, registration);
    }

    public int Wait(Span<ReadyEvent> ready, long ticks)
    {
        if (_events.Length < ready.Length)
            _events = new Kevent[ready.Length];
        int count = WaitFor(_events.AsSpan(0, ready.Length), ticks);
        _wait++;
        int kept = 0;
        foreach (ref readonly var found in _events.AsSpan(0, count))
        {
            if (found.UserData == IPoller.WakerToken)
                _waker?.Drain();
            else
                Add(found, ready, ref kept);
        }
        if (_ended.Count > 0)
            RenewEnded();
        return kept;
    }

    public void Wake()
    {
        if (_waker is null)
            _kqueue.Trigger();
        else
            _waker.Wake();
    }

    /// <summary>There are no ghosts: filters leave with the number.</summary>
    public void Rebuild(Span<PollerEntry> live)
    {
        foreach (ref var entry in live)
            entry.Errno = Modify(entry.Descriptor, entry.Token, entry.Events);
    }

    public void Dispose()
    {
        _kqueue.Dispose();
        _waker?.Dispose();
    }

    /// <summary>One call per descriptor and turn, so what its two filters report is put together.</summary>
    private void Add(in Kevent found, Span<ReadyEvent> ready, ref int kept)
    {
        int fd = (int)found.Ident;
        // Without a registration of this token it is stale: the loop looks at the token, too.
        if (!_registrations.TryGetValue(fd, out var registration) || registration.Token != found.UserData)
            return;
        var events = KqueueInterest.Translate(found, registration.Kind);
        if ((found.Flags & Kevent.EndOfFile) != 0)
            events = AtEnd(fd, registration, found.Filter, events);
        if (registration.ReportedInWait == _wait)
        {
            ref var reported = ref ready[registration.Place];
            reported = new ReadyEvent(reported.Token, reported.Events | events);
            return;
        }
        registration.ReportedInWait = _wait;
        registration.Place = kept;
        ready[kept++] = new ReadyEvent(found.UserData, events);
    }

    private IOEvents AtEnd(int fd, Registration registration, short filter, IOEvents events)
    {
        // The write filter ends when we ourselves have shut it down: no hang-up while the peer may still send.
        if (registration.Kind == FileKind.Socket && _kqueue.HasHungUp(fd, filter == Kevent.Read ? IOEvents.Write : IOEvents.Read))
            events |= KqueueInterest.HangUpBit;
        // What no handler asked for is not reported again: it would end every wait.
        if (filter == Kevent.Read && registration.Read == Kevent.Clear && (events & (registration.Events | IOEvents.Error)) != 0)
            _ended.Add(fd);
        return events;
    }

    /// <summary>
    /// Level-triggered, an end is reported in every wait. A filter that is added again looks again. Now, not before the next
    /// wait: until then others may watch the kqueue's own descriptor, which must be ready.
    /// </summary>
    private void RenewEnded()
    {
        foreach (int fd in _ended)
        {
            var registration = _registrations[fd];
            if (Change(fd, registration, Kevent.Read, Kevent.Delete) == Errno.Ok)
                Change(fd, registration, Kevent.Read, Kevent.Add | Kevent.Clear);
        }
        _ended.Clear();
    }

    private int WaitFor(Span<Kevent> events, long ticks)
    {
        long start = ticks > 0 ? Stopwatch.GetTimestamp() : 0;
        long left = ticks;
        while (true)
        {
            int count = _kqueue.Wait(events, Math.Min(left, LongestWait));
            if (count >= 0)
                return count;
            if (count != -Errno.EINTR)
                throw Errno.Failure("kevent", -count);
            if (ticks > 0)
                left = Math.Max(0, ticks - Stopwatch.GetElapsedTime(start).Ticks);
        }
    }

    /// <summary>Changes the filters to what is wanted: those that stay first, because they show whether the number is still the same file.</summary>
    private int Apply(int fd, Registration registration, IOEvents events)
    {
        registration.IsSuspended = false;
        registration.Events = events;
        int errno = Apply(fd, registration, Kevent.Read, ref registration.Read, KqueueInterest.ReadFlags(events), stays: true);
        if (errno == Errno.Ok)
            errno = Apply(fd, registration, Kevent.Write, ref registration.Write, KqueueInterest.WriteFlags(events), stays: true);
        if (errno == Errno.Ok)
            errno = Apply(fd, registration, Kevent.Read, ref registration.Read, KqueueInterest.ReadFlags(events), stays: false);
        if (errno == Errno.Ok)
            errno = Apply(fd, registration, Kevent.Write, ref registration.Write, KqueueInterest.WriteFlags(events), stays: false);
        return errno;
    }

    private int Apply(int fd, Registration registration, short filter, ref ushort? present, ushort? wanted, bool stays)
    {
        if (present is not null && stays)
            return Change(fd, registration, filter, Kevent.Enable);
        if (stays || present == wanted)
            return Errno.Ok;
        // Whether a filter clears itself is settled when it is made: another way is another filter.
        if (present is not null)
        {
            int errno = Change(fd, registration, filter, Kevent.Delete);
            if (errno != Errno.Ok)
                return errno;
            present = null;
        }
        if (wanted is null)
            return Errno.Ok;
        int failure = Change(fd, registration, filter, (ushort)(Kevent.Add | Kevent.Enable | wanted.Value));
        if (failure == Errno.Ok)
            present = wanted;
        return failure;
    }

    /// <summary>Whether the kernel still has the filters, or has forgotten them with the file.</summary>
    private bool IsAlive(int fd, Registration registration) =>
        registration.IsSuspended ? Change(fd, registration, Kevent.Disable) == Errno.Ok : Change(fd, registration, Kevent.Enable) == Errno.Ok;

    /// <summary>Drops it with its filters. Returns 0 or an errno.</summary>
    private int Remove(int fd, Registration registration)
    {
        int errno = Change(fd, registration, Kevent.Delete);
        Drop(fd, registration);
        return errno;
    }

    private void Drop(int fd, Registration registration)
    {
        _registrations.Remove(fd);
        registration.Read = registration.Write = null;
        registration.IsSuspended = false;
        registration.ReportedInWait = 0;
        _spare.Push(registration);
    }

    /// <summary>The same change to each filter that there is; the first error.</summary>
    private int Change(int fd, Registration registration, ushort flags)
    {
        registration.IsSuspended = flags == Kevent.Disable;
        int read = registration.Read is null ? Errno.Ok : Change(fd, registration, Kevent.Read, flags);
        int write = registration.Write is null ? Errno.Ok : Change(fd, registration, Kevent.Write, flags);
        return read != Errno.Ok ? read : write;
    }

    private int Change(int fd, Registration registration, short filter, ushort flags) =>
        _kqueue.Change(new Kevent { Ident = fd, Filter = filter, Flags = flags, UserData = registration.Token });

    private sealed class Registration
    {
        internal ushort? Read;  // the flags of the filter; null: there is none
        internal ushort? Write;

        internal ulong Token { get; set; }

        internal FileKind Kind { get; set; }

        internal IOEvents Events { get; set; }

        internal bool IsSuspended { get; set; }

        internal ulong ReportedInWait { get; set; }

        internal int Place { get; set; }
    }
}
