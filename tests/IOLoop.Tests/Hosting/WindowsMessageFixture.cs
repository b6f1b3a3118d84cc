using IOLoops.Conformance;

namespace IOLoops.Tests.Hosting;

/// <summary>Loops on a thread that pumps Windows messages.</summary>
public sealed class WindowsMessageFixture(PollerKind poller = PollerKind.Default) : LoopFixture
{
    private readonly List<IDisposable> _threads = [];

    public override string Name => $"Windows messages over {poller}";

    public override string? Unsupported => OperatingSystem.IsWindows() ? null : "only Windows has threads that pump Windows messages";

    public override bool IsPumpable => true;

    public override bool SubMillisecond => OperatingSystem.IsWindows();

    public override bool KernelJudgesReuse => false;

    public override bool EndsTurnsEarly => true;

    public override IOLoop Create(IOLoopOptions? options = null)
    {
        if (!OperatingSystem.IsWindows())
            throw new PlatformNotSupportedException(Unsupported);
        var thread = new MessageThread();
        lock (_threads)
            _threads.Add(thread);
        return thread.Invoke(() => new WindowsMessageIOLoop(HostedOptions.From(options, poller, givesWay: true)));
    }

    protected override void Dispose(bool disposing)
    {
        _threads.ForEach(thread => thread.Dispose());
        base.Dispose(disposing);
    }
}
