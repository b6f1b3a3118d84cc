using IOLoops.Interop;

namespace IOLoops.Polling;

/// <summary>
/// The one thread on which all hosted loops with a pollable poller sleep: their epoll descriptors are members of its own
/// epoll set. It begins with the first member and ends with the last.
/// </summary>
internal sealed unsafe class SharedSleeper : IDisposable
{
    private const int Room = 64;
    private const ulong EndToken = ulong.MaxValue;

    private static readonly Lock Gate = new();
    private static SharedSleeper? s_current; // guarded by Gate
    private static ulong s_lastToken;        // guarded by Gate

    private readonly Dictionary<ulong, EpollSleeper> _members = []; // guarded by Gate
    private readonly SafeDescriptor _epoll;
    private readonly SafeDescriptor _end;

    private SharedSleeper()
    {
        _epoll = new SafeDescriptor(Errno.Check(Libc.epoll_create1(Libc.CloseOnExec), "epoll_create1"));
        try
        {
            _end = new SafeDescriptor(Errno.Check(Libc.eventfd(0, Libc.NonBlock | Libc.CloseOnExec), "eventfd"));
        }
        catch
        {
            _epoll.Dispose();
            throw;
        }
    }

    /// <summary>Makes a loop a member. Any thread.</summary>
    /// <returns>Which sleeper it is a member of, and the token that its descriptor is to be watched with.</returns>
    /// <exception cref="IOException">The system has no descriptors left.</exception>
    internal static (SharedSleeper Sleeper, ulong Token) Join(EpollSleeper member)
    {
        lock (Gate)
        {
            if (s_current is null)
            {
                var sleeper = new SharedSleeper();
                sleeper.Start();
                s_current = sleeper;
            }
            // Never used again: an event of a former member must not be taken for one of a later.
            ulong token = ++s_lastToken;
            s_current._members.Add(token, member);
            return (s_current, token);
        }
    }

    /// <summary>Ends a membership; with the last one the thread ends. Any thread.</summary>
    /// <param name="token">The member's.</param>
    /// <param name="descriptor">What is watched for it; negative: the kernel has forgotten it already.</param>
    internal void Leave(ulong token, int descriptor)
    {
        lock (Gate)
        {
            if (!_members.Remove(token))
                return;
            if (descriptor >= 0)
                Control(Libc.EpollDelete, descriptor, 0, IOEvents.None); // ENOENT: it was never watched
            if (_members.Count > 0)
                return;
            s_current = null;
            ulong one = 1;
            WakerIO.Write(_end, &one, sizeof(ulong));
        }
    }

    /// <summary>Watches a member's descriptor until it is ready once. Returns 0 or an errno.</summary>
    internal int Watch(int descriptor, ulong token)
    {
        const IOEvents once = IOEvents.Read | EpollPoller.OneShot;
        int errno = Control(Libc.EpollModify, descriptor, token, once);
        return errno == Errno.ENOENT ? Control(Libc.EpollAdd, descriptor, token, once) : errno;
    }

    private int Control(int operation, int descriptor, ulong token, IOEvents events) =>
        EpollPoller.Control(_epoll, operation, descriptor, token, events);

    private void Start()
    {
        try
        {
            int errno = Control(Libc.EpollAdd, _end.Number, EndToken, IOEvents.Read);
            if (errno != Errno.Ok)
                throw Errno.Failure("epoll_ctl(ADD)", _end.Number, errno);
            // Without the caller's ExecutionContext, which it would keep alive.
            new Thread(Sleep) { IsBackground = true, Name = "IOLoop sleeper" }.UnsafeStart();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>By the thread itself, at its end.</summary>
    public void Dispose()
    {
        _epoll.Dispose();
        _end.Dispose();
    }

    private void Sleep()
    {
        byte* events = stackalloc byte[Room * EpollEvent.MaxSize];
        var ready = new List<EpollSleeper>(Room);
        while (Wait(events, ready))
            Wake(ready);
        Dispose();
    }

    // A method of its own: a local here would keep the loop that was woken last alive while the thread sleeps.
    private static void Wake(List<EpollSleeper> ready)
    {
        foreach (var member in ready)
            member.OnReady();
        ready.Clear();
    }

    /// <summary>Waits, and looks up whose descriptors are ready.</summary>
    /// <returns>False: the last member has left.</returns>
    private bool Wait(byte* events, List<EpollSleeper> ready)
    {
        int count;
        while ((count = Libc.epoll_wait(_epoll.Number, events, Room, -1)) < 0)
        {
            if (Errno.Last != Errno.EINTR)
                throw Errno.Failure("epoll_wait (sleeper)", Errno.Last); // our own descriptor is gone: a bug that no loop could survive
        }
        lock (Gate)
        {
            for (int i = 0; i < count; i++)
            {
                ulong token = EpollEvent.Data(events + (i * EpollEvent.Size));
                if (token == EndToken)
                    return false;
                if (_members.TryGetValue(token, out var member))
                    ready.Add(member);
            }
        }
        return true;
    }
}
