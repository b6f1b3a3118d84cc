using System.Diagnostics;
using System.Runtime.InteropServices;
using IOLoops.Interop;

namespace IOLoops.Polling;

/// <summary>
/// <c>poll(2)</c>, and <c>WSAPoll</c>: the kernel keeps no registrations, so what epoll's kernel judges is judged here:
/// whether a number is open and whether it still is the file that was registered (<see cref="FileIdentity"/>).
/// </summary>
/// <typeparam name="TDescriptor">The system's layout, and its call.</typeparam>
internal sealed unsafe class PollPoller<TDescriptor> : IPoller
    where TDescriptor : unmanaged, IPollDescriptor<TDescriptor>
{
    private const int WakerSlot = 0;

    private readonly IWaker _waker;
    private readonly Func<IWaker> _createWaker;
    private readonly Dictionary<int, int> _slots = [];
    private Entry[] _entries = new Entry[16];
    private TDescriptor* _set;
    private int _count;
    private int _scanFrom = WakerSlot + 1;

    /// <param name="createWaker">Makes the poller's waker, and those of its sleepers, which need one each.</param>
    internal PollPoller(Func<IWaker> createWaker)
    {
        _createWaker = createWaker;
        var waker = _waker = createWaker();
        _set = (TDescriptor*)NativeMemory.Alloc((nuint)_entries.Length, (nuint)sizeof(TDescriptor));
        Append(waker.Descriptor, new Entry(IPoller.WakerToken, default), IOEvents.Read);
    }

    public PollerKind Kind => PollerKind.Poll;

    public int Descriptor => -1;

    public ISleeper CreateSleeper(Action wake) => new PollSleeper<TDescriptor>(this, _createWaker, wake);

    /// <summary>Changes with the set.</summary>
    internal int Version { get; private set; }

    /// <summary>Copies the set for another thread to wait for. The first place is the waker's.</summary>
    internal int CopySet(ref TDescriptor[] copy)
    {
        if (copy.Length < _count)
            copy = new TDescriptor[_entries.Length];
        new ReadOnlySpan<TDescriptor>(_set, _count).CopyTo(copy);
        return _count;
    }

    public bool Owns(int fd) => fd == _waker.Descriptor;

    public int Register(int fd, ulong token, IOEvents events)
    {
        if (fd < 0)
            return Errno.EBADF;
        int errno = TDescriptor.Identify(fd, out var identity);
        if (errno != Errno.Ok)
            return errno;
        if (_slots.TryGetValue(fd, out int slot))
        {
            if (_entries[slot].Identity == identity)
                return Errno.EEXIST;
            RemoveAt(slot); // closed and opened again: another file
        }
        Append(fd, new Entry(token, identity), events);
        return Errno.Ok;
    }

    public int Modify(int fd, ulong token, IOEvents events)
    {
        int errno = TDescriptor.Identify(fd, out var identity);
        if (errno != Errno.Ok)
            return errno;
        if (!_slots.TryGetValue(fd, out int slot) || _entries[slot].Identity != identity)
            return Errno.ENOENT;
        _entries[slot] = new Entry(token, identity);
        _set[slot] = TDescriptor.Watching(fd, events);
        Version++;
        return Errno.Ok;
    }

    public int Suspend(int fd, ulong token)
    {
        if (!_slots.TryGetValue(fd, out int slot))
            return Errno.ENOENT;
        _set[slot] = TDescriptor.Silent(fd);
        Version++;
        return Errno.Ok;
    }

    public int Unregister(int fd)
    {
        if (!_slots.TryGetValue(fd, out int slot))
            return Errno.ENOENT;
        RemoveAt(slot);
        return Errno.Ok;
    }

    public int Wait(Span<ReadyEvent> ready, long ticks)
    {
        int left = WaitFor(ticks);
        if (left > 0 && _set[WakerSlot].IsReported)
        {
            if (_set[WakerSlot].IsClosed) // by someone who had no right to: every wait would end at once, and no wake arrive
                throw Errno.Failure("poll (waker)", _waker.Descriptor, Errno.EBADF);
            _waker.Drain();
            left--;
        }
        if (left == 0)
            return 0;
        int kept = Collect(ready, left, out bool closed);
        if (!closed)
            return kept;
        ForgetClosed();
        // A system may report what is closed, and nothing else then.
        return kept > 0 ? kept : Wait(ready, 0);
    }

    public void Wake() => _waker.Wake();

    /// <summary>The set is a list of numbers: nothing can be left in it that is not registered.</summary>
    public void Rebuild(Span<PollerEntry> live)
    {
        foreach (ref var entry in live)
            entry.Errno = Modify(entry.Descriptor, entry.Token, entry.Events);
    }

    public void Dispose()
    {
        _waker.Dispose();
        NativeMemory.Free(_set);
        _set = null;
        _count = 0;
        _slots.Clear();
    }

    /// <summary>
    /// Takes what is ready, beginning behind where the last full batch ended: always from the front would starve the
    /// rest when more are ready than there is room for.
    /// </summary>
    private int Collect(Span<ReadyEvent> ready, int left, out bool closed)
    {
        int registered = _count - 1;
        if (_scanFrom >= _count)
            _scanFrom = WakerSlot + 1;
        int slot = _scanFrom;
        int kept = 0;
        closed = false;
        for (int scanned = 0; scanned < registered && left > 0 && kept < ready.Length; scanned++)
        {
            if (_set[slot].IsReported)
            {
                left--;
                if (_set[slot].IsClosed)
                    closed = true;
                else
                    ready[kept++] = new ReadyEvent(_entries[slot].Token, _set[slot].Reported);
            }
            if (++slot == _count)
                slot = WakerSlot + 1;
        }
        _scanFrom = kept == ready.Length ? slot : WakerSlot + 1;
        return kept;
    }

    /// <summary>A number that was closed while registered would be reported in every wait: epoll forgets it, and so do we.</summary>
    private void ForgetClosed()
    {
        for (int slot = _count - 1; slot > WakerSlot; slot--)
        {
            if (_set[slot].IsClosed)
                RemoveAt(slot);
        }
    }

    private int WaitFor(long ticks)
    {
        long start = ticks > 0 ? Stopwatch.GetTimestamp() : 0;
        long left = ticks;
        int count;
        while ((count = TDescriptor.Wait(_set, _count, left)) < 0)
        {
            int errno = Errno.Last;
            if (errno != Errno.EINTR)
                throw Errno.Failure("poll", errno);
            if (ticks > 0)
                left = Math.Max(0, ticks - Stopwatch.GetElapsedTime(start).Ticks);
        }
        return count;
    }

    private void Append(int fd, Entry entry, IOEvents events)
    {
        if (_count == _entries.Length)
        {
            Array.Resize(ref _entries, _count * 2);
            _set = (TDescriptor*)NativeMemory.Realloc(_set, (nuint)(_entries.Length * sizeof(TDescriptor)));
        }
        _set[_count] = TDescriptor.Watching(fd, events);
        Version++;
        _entries[_count] = entry;
        _slots[fd] = _count++;
    }

    private void RemoveAt(int slot)
    {
        _slots.Remove(_set[slot].Number);
        int last = --_count;
        Version++;
        if (slot == last)
            return;
        _set[slot] = _set[last];
        _entries[slot] = _entries[last];
        _slots[_set[slot].Number] = slot;
    }

    private readonly record struct Entry(ulong Token, FileIdentity Identity);
}
