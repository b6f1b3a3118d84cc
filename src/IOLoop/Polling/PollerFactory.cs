using System.Runtime.Versioning;
using IOLoops.Interop;

namespace IOLoops.Polling;

/// <summary>Makes pollers and wakers: the one place that decides which of them an operating system has.</summary>
internal static class PollerFactory
{
    /// <summary>For a loop with a thread of its own.</summary>
    internal static IPoller Create(PollerKind kind, WakerKind wakerKind) => Create(kind, wakerKind, isHosted: false);

    /// <summary>For a loop whose turns never sleep in the poller.</summary>
    internal static IPoller CreateHosted(PollerKind kind) => Create(kind, WakerKind.Default, isHosted: true);

    private static IPoller Create(PollerKind kind, WakerKind wakerKind, bool isHosted)
    {
        if (!Enum.IsDefined(kind))
            throw new ArgumentOutOfRangeException(nameof(kind), kind, "There is no such poller. Use a value of PollerKind.");
        if (!Enum.IsDefined(wakerKind))
            throw new ArgumentOutOfRangeException(nameof(wakerKind), wakerKind, "There is no such waker. Use a value of WakerKind.");
        if (OperatingSystem.IsLinux())
            return CreateOnLinux(kind, wakerKind);
        if (OperatingSystem.IsWindows())
            return CreateOnWindows(kind, wakerKind, isHosted);
        if (OperatingSystem.IsMacOS() || OperatingSystem.IsFreeBSD())
            return CreateOnBsd(kind, wakerKind);
        throw new PlatformNotSupportedException("IOLoop runs on Linux, Windows, macOS and FreeBSD.");
    }

    private static IPoller CreateOnLinux(PollerKind kind, WakerKind wakerKind)
    {
        if (kind == PollerKind.Afd)
            throw new PlatformNotSupportedException("Only Windows has the AFD driver. Use PollerKind.Default, Epoll or Poll.");
        Func<IWaker> createWaker = wakerKind switch
        {
            WakerKind.Pipe => static () => new PipeWaker(),
            WakerKind.SocketPair => static () => new SocketPairWaker(),
            WakerKind.UserEvent => throw new PlatformNotSupportedException("Only kqueue has user events, and Linux has no kqueue. Use WakerKind.Default, EventFd, Pipe or SocketPair."),
            WakerKind.CompletionPacket => throw new PlatformNotSupportedException("Only Windows has completion packets. Use WakerKind.Default, EventFd, Pipe or SocketPair."),
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
        if (kind == PollerKind.Afd)
            throw new PlatformNotSupportedException("Only Windows has the AFD driver. Use PollerKind.Default, Kqueue or Poll.");
        if (wakerKind == WakerKind.CompletionPacket)
            throw new PlatformNotSupportedException("Only Windows has completion packets. Use WakerKind.Default, UserEvent, Pipe or SocketPair.");
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
    private static IPoller CreateOnWindows(PollerKind kind, WakerKind wakerKind, bool isHosted)
    {
        if (kind is PollerKind.Epoll or PollerKind.Kqueue)
            throw new PlatformNotSupportedException($"Windows has no {kind.ToString().ToLowerInvariant()}. Use PollerKind.Default, Afd or Poll.");
        if (wakerKind is not (WakerKind.Default or WakerKind.CompletionPacket or WakerKind.SocketPair))
            throw new PlatformNotSupportedException($"Windows cannot wait for WakerKind.{wakerKind}. Use WakerKind.Default, CompletionPacket or SocketPair.");
        if (kind == PollerKind.Default)
            kind = wakerKind == WakerKind.SocketPair ? PollerKind.Poll : PollerKind.Afd;
        if (kind == PollerKind.Poll)
        {
            return wakerKind == WakerKind.CompletionPacket
                ? throw new PlatformNotSupportedException("WSAPoll has no completion packets. With PollerKind.Poll use WakerKind.Default or SocketPair.")
                : new PollPoller<WinsockPollDescriptor>(static () => new SocketPairWaker());
        }
        if (wakerKind == WakerKind.SocketPair)
            throw new PlatformNotSupportedException("PollerKind.Afd is woken by completion packets alone. Use WakerKind.Default or CompletionPacket.");
        return new AfdPoller(isHosted && !PortWaits.Work ? new SharedAfdPort() : new AfdPort());
    }
}
