namespace IOLoops.Polling;

/// <summary>Makes pollers and wakers: the one place that asks which operating system this is.</summary>
internal static class PollerFactory
{
    internal static IPoller Create(PollerKind kind, WakerKind wakerKind)
    {
        if (!OperatingSystem.IsLinux())
            throw new PlatformNotSupportedException("IOLoop runs on Linux so far; other systems are planned.");
        if (!Enum.IsDefined(kind))
            throw new ArgumentOutOfRangeException(nameof(kind), kind, "There is no such poller: use a value of PollerKind.");
        if (kind == PollerKind.Kqueue)
            throw new PlatformNotSupportedException("Linux has no kqueue: use PollerKind.Default, Epoll or Poll.");
        var waker = CreateWaker(wakerKind);
        try
        {
            return kind == PollerKind.Poll ? new PollPoller(waker) : new EpollPoller(waker);
        }
        catch
        {
            waker.Dispose();
            throw;
        }
    }

    private static IWaker CreateWaker(WakerKind kind) => kind switch
    {
        WakerKind.Default or WakerKind.EventFd => new EventFdWaker(),
        WakerKind.Pipe => new PipeWaker(),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "There is no such waker: use a value of WakerKind."),
    };
}
