using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using IOLoops.Interop;

namespace IOLoops.Polling;

/// <summary><c>epoll(7)</c>, level-triggered. The kernel finds the ready descriptors; idle ones cost nothing.</summary>
internal sealed unsafe class EpollPoller : IPoller, INestablePoller
{
    internal const IOEvents OneShot = (IOEvents)(1 << 30); // EPOLLONESHOT

    private readonly IWaker _waker;
    private readonly EpollTimer? _timer;
    private SafeDescriptor _epoll;
    private SafeDescriptor? _facade;
    private byte* _events;
    private int _capacity;

    /// <param name="waker">Owned, and disposed with the poller.</param>
    /// <param name="precision">How to wait for less than a millisecond; null: the best there is.</param>
    internal EpollPoller(IWaker waker, EpollPrecision? precision = null)
    {
        _waker = waker;
        Precision = precision ?? EpollPrecisions.Best;
        try
        {
            _epoll = Open();
            _timer = Precision == EpollPrecision.TimerFd ? new EpollTimer() : null;
            RegisterInternals(_epoll);
        }
        catch
        {
            _timer?.Dispose();
            _epoll?.Dispose();
            waker.Dispose();
            throw;
        }
    }

    public PollerKind Kind => PollerKind.Epoll;

    internal EpollPrecision Precision { get; }

    // Rebuild replaces the epoll set, and what watches it from outside must not notice: it watches a set of one member,
    // made when first asked for, into which the new set is put.
    public int Descriptor => (_facade ??= OpenFacade()).Number;

    public int SetDescriptor => _epoll.Number;

    public int SetVersion { get; private set; }

    public ISleeper CreateSleeper(Action wake) => new NestedSleeper(this, wake);

    public IOneShotSet CreateOneShotSet() => new EpollOneShotSet();

    public bool Owns(int fd) => fd == _waker.Descriptor || fd == _epoll.Number || fd == _timer?.Descriptor || fd == _facade?.Number;

    public int Register(int fd, ulong token, IOEvents events) => Control(_epoll, Libc.EpollAdd, fd, token, events);

    public int Modify(int fd, ulong token, IOEvents events) => Control(_epoll, Libc.EpollModify, fd, token, events);

    // A mask of nothing would still report hang-ups in every wait: one-shot reports them once, then is silent.
    public int Suspend(int fd, ulong token) => Control(_epoll, Libc.EpollModify, fd, token, OneShot);

    public int Unregister(int fd) => Control(_epoll, Libc.EpollDelete, fd, 0, IOEvents.None);

    [MethodImpl(Jit.Hot)]
    public int Wait(Span<ReadyEvent> ready, long ticks)
    {
        if (ready.Length > _capacity)
            Reserve(ready.Length);
        int count = ticks > 0
            ? WaitFor(ready.Length, ticks)
            : Libc.epoll_wait(_epoll.Number, _events, ready.Length, ticks < 0 ? -1 : 0);
        if (count <= 0)
        {
            if (count == 0)
                return 0;
            ThrowUnlessInterrupted(Errno.Last);
            count = WaitMilliseconds(ready.Length, ticks < 0 ? -1 : 0);
        }
        return Collect(ready, count);
    }

    [MethodImpl(Jit.Hot)]
    private int Collect(Span<ReadyEvent> ready, int count)
    {
        int kept = 0;
        byte* at = _events;
        for (int i = 0; i < count; i++, at += EpollEvent.Size)
        {
            ulong token = EpollEvent.Data(at);
            if (token < EpollTimer.Token)
                ready[kept++] = new ReadyEvent(token, EpollEvent.Events(at));
            else if (token == IPoller.WakerToken)
                _waker.Drain();
        }
        return kept;
    }

    public void Wake() => _waker.Wake();

    public void Rebuild(Span<PollerEntry> live)
    {
        SafeDescriptor? fresh;
        do
            fresh = OpenWith(live);
        while (fresh is null);
        _epoll.Dispose();
        _epoll = fresh;
        SetVersion++;
    }

    /// <summary>A new set with the registrations of the old one; null: it may hold a stranger's file, so another is needed.</summary>
    private SafeDescriptor? OpenWith(Span<PollerEntry> live)
    {
        var fresh = Open();
        try
        {
            RegisterInternals(fresh);
            foreach (ref var entry in live)
            {
                if (TryCarry(ref entry, fresh))
                    continue;
                fresh.Dispose();
                return null;
            }
            if (_facade is not null)
                AddInternal(_facade, fresh.Number, 0);
            return fresh;
        }
        catch
        {
            fresh.Dispose();
            throw; // and the old set stays
        }
    }

    /// <summary>
    /// Registers in the new set what the old one still knows by this number. Another thread may close the number and give it to another
    /// file at any moment, and that file may be open elsewhere, too: then a set that has taken it in reports it until that is closed.
    /// </summary>
    /// <remarks>
    /// So the old set is asked before, because a number that was closed long ago is mostly another file's by now, and once more afterwards,
    /// because the file may have gone meanwhile. If it has, what was registered is taken out again. Where even that fails, the number has
    /// changed files once more, and what was registered can no longer be named. The next attempt finds a number that the old set does not
    /// know, so there are no more attempts than numbers.
    /// </remarks>
    /// <returns>False: a file may be in the new set that cannot be taken out.</returns>
    private bool TryCarry(ref PollerEntry entry, SafeDescriptor fresh)
    {
        if (IsKnown(entry))
        {
            entry.Errno = Control(fresh, Libc.EpollAdd, entry.Descriptor, entry.Token, entry.Events);
            if (IsKnown(entry))
                return true;
            if (entry.Errno == Errno.Ok && Control(fresh, Libc.EpollDelete, entry.Descriptor, 0, IOEvents.None) != Errno.Ok)
                return false;
        }
        entry.Errno = Errno.ENOENT;
        return true;
    }

    private bool IsKnown(in PollerEntry entry) => Modify(entry.Descriptor, entry.Token, entry.Events) == Errno.Ok;

    public void Dispose()
    {
        _facade?.Dispose();
        _epoll.Dispose();
        _timer?.Dispose();
        _waker.Dispose();
        NativeMemory.Free(_events);
        _events = null;
        _capacity = 0;
    }

    private static SafeDescriptor Open() => new(Errno.Check(Libc.epoll_create1(Libc.CloseOnExec), "epoll_create1"));

    private SafeDescriptor OpenFacade()
    {
        var facade = Open();
        try
        {
            AddInternal(facade, _epoll.Number, 0);
            return facade;
        }
        catch
        {
            facade.Dispose();
            throw; // the kernel refuses sets that are nested too deeply
        }
    }

    private void RegisterInternals(SafeDescriptor epoll)
    {
        AddInternal(epoll, _waker.Descriptor, IPoller.WakerToken);
        if (_timer is not null)
            AddInternal(epoll, _timer.Descriptor, EpollTimer.Token);
    }

    private static void AddInternal(SafeDescriptor epoll, int fd, ulong token)
    {
        int errno = Control(epoll, Libc.EpollAdd, fd, token, IOEvents.Read);
        if (errno != Errno.Ok)
            throw Errno.Failure("epoll_ctl(ADD)", fd, errno);
    }

    [MethodImpl(Jit.Hot)]
    internal static int Control(SafeDescriptor epoll, int operation, int fd, ulong token, IOEvents events)
    {
        byte* change = stackalloc byte[EpollEvent.MaxSize];
        EpollEvent.Write(change, events, token);
        return Libc.epoll_ctl(epoll.Number, operation, fd, change) < 0 ? Errno.Last : Errno.Ok;
    }

    private void Reserve(int capacity)
    {
        _events = (byte*)NativeMemory.Realloc(_events, (nuint)(capacity * EpollEvent.MaxSize));
        _capacity = capacity;
    }

    private int WaitMilliseconds(int room, int milliseconds)
    {
        int count;
        while ((count = Libc.epoll_wait(_epoll.Number, _events, room, milliseconds)) < 0)
            ThrowUnlessInterrupted(Errno.Last);
        return count;
    }

    private int WaitFor(int room, long ticks)
    {
        if (_timer is not null)
        {
            _timer.Arm(ticks);
            int ready = WaitMilliseconds(room, -1);
            _timer.Disarm();
            return ready;
        }
        long start = Stopwatch.GetTimestamp();
        long left = ticks;
        int count;
        while ((count = WaitOnce(room, left)) < 0)
        {
            ThrowUnlessInterrupted(Errno.Last);
            left = Math.Max(0, ticks - Stopwatch.GetElapsedTime(start).Ticks);
        }
        return count;
    }

    private int WaitOnce(int room, long ticks)
    {
        if (Precision == EpollPrecision.Pwait2)
        {
            var timeout = Timespec.FromTicks(ticks);
            return Libc.epoll_pwait2(_epoll.Number, _events, room, &timeout, null);
        }
        return Libc.epoll_wait(_epoll.Number, _events, room, Milliseconds.RoundUp(ticks));
    }

    private static void ThrowUnlessInterrupted(int errno)
    {
        if (errno != Errno.EINTR)
            throw Errno.Failure("epoll_wait", errno);
    }
}
