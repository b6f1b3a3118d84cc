using IOLoops.Polling;

namespace IOLoops.Tests.Core;

/// <summary>A poller that counts changes of its registrations and the times that it is asked.</summary>
internal sealed class CountingPoller(IPoller inner) : IPoller
{
    internal int Changes { get; private set; }

    internal int Waits { get; private set; }

    public PollerKind Kind => inner.Kind;

    public int Descriptor => inner.Descriptor;

    public ISleeper CreateSleeper(Action wake) => inner.CreateSleeper(wake);

    public bool Owns(int fd) => inner.Owns(fd);

    public int Register(int fd, ulong token, IOEvents events)
    {
        Changes++;
        return inner.Register(fd, token, events);
    }

    public int Modify(int fd, ulong token, IOEvents events)
    {
        Changes++;
        return inner.Modify(fd, token, events);
    }

    public int Suspend(int fd, ulong token)
    {
        Changes++;
        return inner.Suspend(fd, token);
    }

    public int Unregister(int fd)
    {
        Changes++;
        return inner.Unregister(fd);
    }

    public int Wait(Span<ReadyEvent> ready, long ticks)
    {
        Waits++;
        return inner.Wait(ready, ticks);
    }

    public void Wake() => inner.Wake();

    public void Rebuild(Span<PollerEntry> live) => inner.Rebuild(live);

    public void Dispose() => inner.Dispose();
}
