namespace IOLoops.Tests.Hosting;

internal static class HostedFixtures
{
    public static string? Unsupported(PollerKind poller) => poller == PollerKind.Epoll && !OperatingSystem.IsLinux()
        ? "only Linux has epoll"
        : poller == PollerKind.Afd && !OperatingSystem.IsWindows() ? "only Windows has the AFD driver"
        : null;
}
