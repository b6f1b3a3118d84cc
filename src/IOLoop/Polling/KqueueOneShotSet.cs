using IOLoops.Interop;

namespace IOLoops.Polling;

/// <summary>A kqueue of one-shot filters that watch other kqueues, and its user event, which ends its wait.</summary>
internal sealed class KqueueOneShotSet : IOneShotSet
{
    private readonly IKqueue _kqueue;
    private Kevent[] _events = [];

    /// <param name="kqueue">Owned.</param>
    internal KqueueOneShotSet(IKqueue kqueue)
    {
        _kqueue = kqueue;
        int errno = kqueue.Change(new Kevent { Filter = Kevent.User, Flags = Kevent.Add | Kevent.Clear, UserData = IPoller.WakerToken });
        if (errno == Errno.Ok)
            return;
        kqueue.Dispose();
        throw Errno.Failure("kevent (sleeper)", errno);
    }

    // Added again, a filter that has fired looks again at what it watches.
    public int Watch(int descriptor, ulong token) =>
        _kqueue.Change(new Kevent { Ident = descriptor, Filter = Kevent.Read, Flags = Kevent.Add | Kevent.Enable | Kevent.OneShot, UserData = token });

    public void Forget(int descriptor) =>
        _kqueue.Change(new Kevent { Ident = descriptor, Filter = Kevent.Read, Flags = Kevent.Delete }); // ENOENT: it has fired

    public void End() => _kqueue.Trigger();

    public int Wait(Span<ulong> tokens)
    {
        if (_events.Length < tokens.Length)
            _events = new Kevent[tokens.Length];
        int count;
        while ((count = _kqueue.Wait(_events.AsSpan(0, tokens.Length), -1)) < 0)
        {
            if (count != -Errno.EINTR)
                throw Errno.Failure("kevent (sleeper)", -count);
        }
        for (int i = 0; i < count; i++)
            tokens[i] = _events[i].UserData;
        return count;
    }

    public void Abandon() => _kqueue.Abandon();

    public void Dispose() => _kqueue.Dispose();
}
