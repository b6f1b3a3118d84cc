namespace IOLoops.Tests.Stress;

public sealed class HostedStressOverEpoll() : HostedStress(PollerKind.Epoll);

public sealed class HostedStressOverPoll() : HostedStress(PollerKind.Poll);
