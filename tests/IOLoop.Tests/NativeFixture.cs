using IOLoops.Conformance;

namespace IOLoops.Tests;

/// <summary>Makes native loops over one poller and one waker.</summary>
public sealed class NativeFixture(PollerKind poller, WakerKind waker) : LoopFixture
{
    public override string Name => $"{poller} with {waker}";

    public override string? Unsupported => OperatingSystem.IsWindows()
        && (poller is not (PollerKind.Default or PollerKind.Poll) || waker is not (WakerKind.Default or WakerKind.SocketPair))
        ? "Windows has WSAPoll and pairs of sockets alone"
        : null;

    public override bool KernelJudgesReuse => poller != PollerKind.Poll;

    public override bool SeesGhosts => poller == PollerKind.Epoll;

    /// <summary>Whether making a loop takes descriptors.</summary>
    public bool NeedsDescriptors => poller == PollerKind.Epoll || waker != WakerKind.Default;

    public override bool IsNative => true;

    public override bool SubMillisecond => !OperatingSystem.IsWindows();

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
