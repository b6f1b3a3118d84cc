namespace IOLoops.Tests.Stress;

public sealed class WakeUpStressOfEpollWithEventFd() : WakeUpStress(PollerKind.Epoll, WakerKind.EventFd);

public sealed class WakeUpStressOfEpollWithPipe() : WakeUpStress(PollerKind.Epoll, WakerKind.Pipe);

public sealed class WakeUpStressOfPollWithEventFd() : WakeUpStress(PollerKind.Poll, WakerKind.EventFd);

public sealed class WakeUpStressOfPollWithPipe() : WakeUpStress(PollerKind.Poll, WakerKind.Pipe);
