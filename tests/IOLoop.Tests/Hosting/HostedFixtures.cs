namespace IOLoops.Tests.Hosting;

internal static class HostedFixtures
{
    internal static HostedIOLoopOptions Options(IOLoopOptions? options, PollerKind poller) => new()
    {
        Name = options?.Name,
        LoggerFactory = options?.LoggerFactory,
        MaxEventsPerTurn = options?.MaxEventsPerTurn ?? new IOLoopOptions().MaxEventsPerTurn,
        Poller = poller,
    };

    public static string? Unsupported(PollerKind poller) => poller == PollerKind.Epoll && !OperatingSystem.IsLinux()
        ? "only Linux has epoll"
        : null;
}
