using System.Runtime.Versioning;
using IOLoops.Interop;

namespace IOLoops.Polling;

/// <summary>Makes pollers and wakers: the one place that decides which of them an operating system has.</summary>
internal static class PollerFactory
{
    internal static IPoller Create(PollerKind kind, WakerKind wakerKind)
    {
        if (!Enum.IsDefined(kind))
            throw new ArgumentOutOfRangeException(nameof(kind), kind, "There is no such poller. Use a value of PollerKind.");
        if (!Enum.IsDefined(wakerKind))
            throw new ArgumentOutOfRangeException(nameof(wakerKind), wakerKind, "There is no such waker. Use a value of WakerKind.");
        if (OperatingSystem.IsLinux())
            return CreateOnLinux(kind, wakerKind);
        if (OperatingSystem.IsWindows())
            return CreateOnWindows(kind, wakerKind);
        if (OperatingSystem.IsMacOS() || OperatingSystem.IsFreeBSD())
            return CreateOnBsd(kind, wakerKind);
        throw new PlatformNotSupportedException("IOLoop runs on Linux, Windows, macOS and FreeBSD.");
    }

    private static IPoller CreateOnLinux(PollerKind kind, WakerKind wakerKind)
    {
        Func<IWaker> createWaker = wakerKind switch
        {
            WakerKind.Pipe => static () => new PipeWaker(),
            WakerKind.SocketPair => static () => new SocketPairWaker(),
            WakerKind.UserEvent => throw new PlatformNotSupportedException("Only kqueue has user events, and Linux has no kqueue. Use WakerKind.Default, EventFd, Pipe or SocketPair."),
            _ => static () => new EventFdWaker(),
        };
        return kind switch
        {
            PollerKind.Kqueue => throw new PlatformNotSupportedException("Linux has no kqueue. Use PollerKind.Default, Epoll or Poll."),
            PollerKind.Poll => new PollPoller<UnixPollDescriptor>(createWaker),
            _ => new EpollPoller(createWaker()),
        };
    }

    private static IPoller CreateOnBsd(PollerKind kind, WakerKind wakerKind)
    {
        if (kind == PollerKind.Epoll)
            throw new PlatformNotSupportedException("Only Linux has epoll. Use PollerKind.Default, Kqueue or Poll.");
        if (wakerKind == WakerKind.EventFd)
            throw new PlatformNotSupportedException("Eventfds are supported on Linux alone. Use WakerKind.Default, UserEvent, Pipe or SocketPair.");
        Func<IWaker> createWaker = wakerKind == WakerKind.SocketPair
            ? static () => new SocketPairWaker()
            : static () => new PipeWaker();
        if (kind == PollerKind.Poll)
        {
            return wakerKind == WakerKind.UserEvent
                ? throw new PlatformNotSupportedException("Only kqueue has user events. With PollerKind.Poll use WakerKind.Default, Pipe or SocketPair.")
                : new PollPoller<UnixPollDescriptor>(createWaker);
        }
        return CreateKqueue(wakerKind is WakerKind.Default or WakerKind.UserEvent ? null : createWaker());
    }

    private static KqueuePoller CreateKqueue(IWaker? waker)
    {
        BsdKqueue kqueue;
        try
        {
            kqueue = new BsdKqueue();
        }
        catch
        {
            waker?.Dispose();
            throw;
        }
        return new KqueuePoller(kqueue, waker);
    }

    [SupportedOSPlatform("windows")]
    private static PollPoller<WinsockPollDescriptor> CreateOnWindows(PollerKind kind, WakerKind wakerKind)
    {
        if (kind is not (PollerKind.Default or PollerKind.Poll))
            throw new PlatformNotSupportedException($"Windows has no {kind.ToString().ToLowerInvariant()}. Use PollerKind.Default or Poll.");
        if (wakerKind is not (WakerKind.Default or WakerKind.SocketPair))
            throw new PlatformNotSupportedException($"Windows cannot wait for WakerKind.{wakerKind}. Use WakerKind.Default or SocketPair.");
        return new PollPoller<WinsockPollDescriptor>(static () => new SocketPairWaker());
    }
}
