using IOLoops.Interop;

namespace IOLoops.Polling;

/// <summary>A <c>kqueue(2)</c>. (A child inherits none.)</summary>
internal sealed unsafe class BsdKqueue : IKqueue
{
    private readonly SafeDescriptor _kqueue = new(Errno.Check(LibcBsd.kqueue(), "kqueue"));
    private byte[] _events = [];

    public int Descriptor => _kqueue.Number;

    // With a receipt an error comes back as an event of this change: without, as the call's own, if there is no room for one.
    public int Change(in Kevent change) => Change(_kqueue.Number, change);

    public int Wait(Span<Kevent> events, long ticks)
    {
        int needed = events.Length * Kevent.Size;
        if (_events.Length < needed)
            _events = GC.AllocateUninitializedArray<byte>(needed);
        var timeout = ticks < 0 ? default : Timespec.FromTicks(ticks);
        fixed (byte* start = _events)
        {
            int count = LibcBsd.kevent(_kqueue.Number, null, 0, start, events.Length, ticks < 0 ? null : &timeout);
            if (count < 0)
                return -Errno.Last;
            for (int i = 0; i < count; i++)
                events[i] = *(Kevent*)(start + (i * Kevent.Size));
            return count;
        }
    }

    public void Trigger()
    {
        bool held = false;
        try
        {
            // As in WakerIO: closing waits for the call, so it cannot reach a number that was given to someone else.
            _kqueue.DangerousAddRef(ref held);
            int errno = Change(_kqueue.Number, new Kevent { Filter = Kevent.User, FilterFlags = Kevent.Trigger, UserData = IPoller.WakerToken });
            if (errno != Errno.Ok)
                throw Errno.Failure("kevent (waker)", errno);
        }
        catch (ObjectDisposedException)
        {
            // The loop was closed: there is nothing left to wake.
        }
        finally
        {
            if (held)
                _kqueue.DangerousRelease();
        }
    }

    // macOS looks at the directions that are asked for alone, and says POLLHUP when one of them has ended. FreeBSD says it
    // when both have, whatever is asked for.
    public bool HasHungUp(int fd, IOEvents other)
    {
        var place = UnixPollDescriptor.Watching(fd, other);
        return UnixPollDescriptor.Wait(&place, 1, 0) > 0 && (place.Reported & KqueueInterest.HangUpBit) != 0;
    }

    public int KindOf(int fd, out FileKind kind)
    {
        int errno = FileStatus.Of(fd, out var status);
        kind = status.Kind == FileKind.Device && LibcBsd.isatty(fd) == 1 ? FileKind.Terminal : status.Kind;
        return errno;
    }

    public void Abandon() => _kqueue.SetHandleAsInvalid();

    public void Dispose() => _kqueue.Dispose();

    private static int Change(int kqueue, in Kevent change)
    {
        byte* place = stackalloc byte[Kevent.FreeBsdSize];
        new Span<byte>(place, Kevent.FreeBsdSize).Clear();
        *(Kevent*)place = change;
        ((Kevent*)place)->Flags |= Kevent.Receipt;
        Timespec zero = default;
        int count;
        while ((count = LibcBsd.kevent(kqueue, place, 1, place, 1, &zero)) < 0)
        {
            if (Errno.Last != Errno.EINTR)
                return Errno.Last;
        }
        return count > 0 && (((Kevent*)place)->Flags & Kevent.Error) != 0 ? (int)((Kevent*)place)->Data : Errno.Ok;
    }
}
