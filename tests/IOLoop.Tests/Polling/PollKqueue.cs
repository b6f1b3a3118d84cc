using IOLoops.Interop;
using IOLoops.Polling;

namespace IOLoops.Tests.Polling;

/// <summary>
/// A kqueue made of poll(2), so that what is decided above the system call runs where there is none: filters by number and
/// direction, added, enabled, disabled and deleted with the errors of the real one, lost with the file, reported one by one.
/// It has no descriptor of its own.
/// </summary>
internal sealed unsafe class PollKqueue : IKqueue
{
    private const long LongestWait = 100_000_000 * TimeSpan.TicksPerSecond; // macOS's

    private readonly Dictionary<(nint Ident, short Filter), Knote> _filters = [];
    private readonly EventFdWaker _user = new();
    private int _first;
    private UnixPollDescriptor[] _set = new UnixPollDescriptor[8];

    public int Descriptor => -1;

    internal List<Kevent> Changes { get; } = [];

    /// <summary>Makes a kernel that refuses a filter: the errno of a change, before anything else is asked.</summary>
    internal Func<Kevent, int> Refuses { get; set; } = static _ => Errno.Ok;

    /// <summary>What every number is, instead of what Linux says.</summary>
    internal FileKind? Kind { get; set; }

    /// <summary>Which directions <see cref="HasHungUp"/> was asked about.</summary>
    internal List<IOEvents> Questions { get; } = [];

    public int Change(in Kevent change)
    {
        Changes.Add(change);
        if (Refuses(change) is not Errno.Ok and var refusal)
            return refusal;
        var key = (change.Ident, change.Filter);
        if (change.Filter == Kevent.User)
        {
            if ((change.Flags & Kevent.Add) != 0)
                _filters[key] = new Knote(change, default);
            return Errno.Ok;
        }
        int errno = FileIdentity.Of((int)change.Ident, out var identity);
        if (errno != Errno.Ok || (_filters.TryGetValue(key, out var known) && known.Identity != identity))
            _filters.Remove(key); // with the file that it was of
        if (errno != Errno.Ok)
            return errno;
        if (!_filters.TryGetValue(key, out known))
        {
            if ((change.Flags & Kevent.Add) == 0)
                return Errno.ENOENT;
            if (change.Filter == Kevent.Write && HasNoReaders((int)change.Ident))
                return Errno.EPIPE;
            _filters.Add(key, new Knote(change, identity));
            return Errno.Ok;
        }
        if ((change.Flags & Kevent.Delete) != 0)
            _filters.Remove(key);
        if ((change.Flags & Kevent.Enable) != 0)
            known.IsDisabled = false;
        if ((change.Flags & Kevent.Disable) != 0)
            known.IsDisabled = true;
        known.UserData = change.UserData;
        return Errno.Ok;
    }

    public int Wait(Span<Kevent> events, long ticks)
    {
        if (ticks > LongestWait)
            return -Errno.EINVAL;
        var notes = _filters.Values.Where(note => !note.IsDisabled).ToList();
        if (_set.Length < notes.Count + 1)
            Array.Resize(ref _set, notes.Count * 2);
        for (int i = 0; i < notes.Count; i++)
            _set[i] = notes[i].Place(_user.Descriptor);
        int wait;
        fixed (UnixPollDescriptor* start = _set)
            wait = UnixPollDescriptor.Wait(start, notes.Count, ticks);
        if (wait < 0)
            return -Errno.Last;
        int count = 0;
        int first = _first++;
        for (int n = 0; n < notes.Count && count < events.Length; n++)
        {
            int i = (first + n) % notes.Count; // the kernel, too, puts behind the others what it has reported
            if (notes[i].Report(_set[i], out var found))
            {
                events[count++] = found;
                if (notes[i].IsOneShot)
                    _filters.Remove((found.Ident, found.Filter));
            }
            if (notes[i].IsUser && _set[i].IsReported)
                _user.Drain();
        }
        return count;
    }

    public void Trigger() => _user.Wake();

    public bool HasHungUp(int fd, IOEvents other)
    {
        Questions.Add(other);
        var place = UnixPollDescriptor.Watching(fd, other);
        return UnixPollDescriptor.Wait(&place, 1, 0) > 0 && (place.Reported & KqueueInterest.HangUpBit) != 0;
    }

    public int KindOf(int fd, out FileKind kind)
    {
        // The kinds that matter, by what Linux says of a number.
        kind = FileKind.Other;
        if (FileIdentity.Of(fd, out _) is not Errno.Ok and var errno)
            return errno;
        if (Kind is { } known)
        {
            kind = known;
            return Errno.Ok;
        }
        string target = new FileInfo($"/proc/self/fd/{fd}").LinkTarget ?? "";
        kind = target.StartsWith("socket:", StringComparison.Ordinal) ? FileKind.Socket
            : target.StartsWith("pipe:", StringComparison.Ordinal) ? FileKind.Pipe
            : target.StartsWith("anon_inode:", StringComparison.Ordinal) ? FileKind.Other
            : FileKind.AlwaysReady;
        return Errno.Ok;
    }

    public void Abandon() => Dispose();

    public void Dispose() => _user.Dispose();

    /// <summary>FreeBSD refuses to watch a pipe for writing when it has no reader any more.</summary>
    private bool HasNoReaders(int fd)
    {
        var place = UnixPollDescriptor.Watching(fd, IOEvents.None);
        return KindOf(fd, out var kind) == Errno.Ok && kind == FileKind.Pipe
            && UnixPollDescriptor.Wait(&place, 1, 0) > 0 && (place.Reported & KqueueInterest.ErrorBit) != 0;
    }

    private sealed class Knote(Kevent added, FileIdentity identity)
    {
        private IOEvents _last;

        internal FileIdentity Identity { get; } = identity;

        internal bool IsDisabled { get; set; }

        internal ulong UserData { get; set; } = added.UserData;

        internal bool IsUser => added.Filter == Kevent.User;

        internal bool IsOneShot => (added.Flags & Kevent.OneShot) != 0;

        internal UnixPollDescriptor Place(int user) => added.Filter switch
        {
            Kevent.Read => UnixPollDescriptor.Watching((int)added.Ident, IOEvents.Read | IOEvents.ReadHangUp),
            Kevent.Write => UnixPollDescriptor.Watching((int)added.Ident, IOEvents.Write),
            _ => UnixPollDescriptor.Watching(user, IOEvents.Read),
        };

        internal bool Report(UnixPollDescriptor place, out Kevent found)
        {
            const IOEvents error = (IOEvents)0x8;
            const IOEvents hangUp = (IOEvents)0x10;
            var now = place.IsReported && !place.IsClosed ? place.Reported : IOEvents.None;
            bool isNews = now != _last;
            _last = now;
            bool isEnd = (now & (error | hangUp)) != 0 || (added.Filter == Kevent.Read && (now & IOEvents.ReadHangUp) != 0);
            found = new Kevent
            {
                Ident = added.Ident,
                Filter = added.Filter,
                UserData = UserData,
                Flags = isEnd ? Kevent.EndOfFile : (ushort)0,
                FilterFlags = (now & error) != 0 ? 104u : 0, // a socket's error: ECONNRESET
            };
            return now != IOEvents.None && (IsUser || (added.Flags & Kevent.Clear) == 0 || isNews);
        }
    }
}
