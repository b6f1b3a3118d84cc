using IOLoops.Conformance;

namespace IOLoops.Tests;

/// <summary>Makes native loops over one poller and one waker.</summary>
public sealed class NativeFixture(PollerKind poller, WakerKind waker) : LoopFixture
{
    public override string Name => $"{poller} with {waker}";

    public override string? Unsupported => OperatingSystem.IsWindows()
        ? (poller, waker) is (PollerKind.Default or PollerKind.Poll, WakerKind.Default or WakerKind.SocketPair)
            or (PollerKind.Default or PollerKind.Afd, WakerKind.Default or WakerKind.CompletionPacket)
            ? null
            : "Windows has AFD polls with completion packets, and WSAPoll with pairs of sockets"
        : poller == PollerKind.Afd ? "only Windows has the AFD driver" : null;

    public override bool KernelJudgesReuse => poller is not (PollerKind.Poll or PollerKind.Afd);

    public override bool SeesGhosts => poller == PollerKind.Epoll;

    /// <summary>Whether making a loop takes descriptors.</summary>
    public bool NeedsDescriptors => poller == PollerKind.Epoll || waker != WakerKind.Default;

    public override bool IsNative => true;

    public override bool SubMillisecond => !OperatingSystem.IsWindows() || poller == PollerKind.Afd;

    public override IOLoop Create(IOLoopOptions? options = null) => Make(Options(options));

    public PollIOLoopOptions Options(IOLoopOptions? options = null) => new()
    {
        Name = options?.Name,
        LoggerFactory = options?.LoggerFactory,
        MaxEventsPerTurn = options?.MaxEventsPerTurn ?? new IOLoopOptions().MaxEventsPerTurn,
        Poller = poller,
        Waker = waker,
    };

    public static PollIOLoop Make(PollIOLoopOptions options) => new(options);
}
