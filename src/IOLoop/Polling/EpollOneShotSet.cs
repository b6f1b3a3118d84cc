using IOLoops.Interop;

namespace IOLoops.Polling;

/// <summary>An epoll set of one-shot members, and an eventfd that ends its wait.</summary>
internal sealed unsafe class EpollOneShotSet : IOneShotSet
{
    private readonly SafeDescriptor _epoll;
    private readonly EventFdWaker _end;

    internal EpollOneShotSet()
    {
        _epoll = new SafeDescriptor(Errno.Check(Libc.epoll_create1(Libc.CloseOnExec), "epoll_create1"));
        try
        {
            _end = new EventFdWaker();
            int errno = EpollPoller.Control(_epoll, Libc.EpollAdd, _end.Descriptor, IPoller.WakerToken, IOEvents.Read);
            if (errno != Errno.Ok)
                throw Errno.Failure("epoll_ctl(ADD)", _end.Descriptor, errno);
        }
        catch
        {
            _end?.Dispose();
            _epoll.Dispose();
            throw;
        }
    }

    /// <summary>For tests.</summary>
    internal int Descriptor => _epoll.Number;

    // Modelled in tests/models: sleeper.
    public int Watch(int descriptor, ulong token)
    {
        const IOEvents once = IOEvents.Read | EpollPoller.OneShot;
        int errno = EpollPoller.Control(_epoll, Libc.EpollModify, descriptor, token, once);
        return errno == Errno.ENOENT ? EpollPoller.Control(_epoll, Libc.EpollAdd, descriptor, token, once) : errno;
    }

    public void Forget(int descriptor) => EpollPoller.Control(_epoll, Libc.EpollDelete, descriptor, 0, IOEvents.None); // ENOENT: it was never watched

    // Modelled in tests/models: sleeper.
    public void End()
    {
        try
        {
            _end.Wake();
        }
        catch (IOException)
        {
            // An eventfd can always be written to. Watched for that, it is ready at once, without a write that could fail.
            if (EpollPoller.Control(_epoll, Libc.EpollModify, _end.Descriptor, IPoller.WakerToken, IOEvents.Write) != Errno.Ok)
                throw;
        }
    }

    public int Wait(Span<ulong> tokens)
    {
        byte* events = stackalloc byte[tokens.Length * EpollEvent.MaxSize];
        int count;
        while ((count = Libc.epoll_wait(_epoll.Number, events, tokens.Length, -1)) < 0)
        {
            if (Errno.Last != Errno.EINTR)
                throw Errno.Failure("epoll_wait (sleeper)", Errno.Last);
        }
        for (int i = 0; i < count; i++)
            tokens[i] = EpollEvent.Data(events + (i * EpollEvent.Size));
        return count;
    }

    public void Abandon()
    {
        _epoll.SetHandleAsInvalid();
        _end.Dispose();
    }

    public void Dispose()
    {
        _epoll.Dispose();
        _end.Dispose();
    }
}
