using IOLoops.Conformance;
using IOLoops.Polling;

namespace IOLoops.Tests.Polling;

/// <summary>Native loops over the kqueue poller, with a kqueue made of poll(2) below it.</summary>
/// <param name="byPipe">Woken by a pipe instead of the user event.</param>
public sealed class KqueueFixture(bool byPipe) : LoopFixture
{
    public override string Name => $"kqueue made of poll, woken by {(byPipe ? "a pipe" : "the user event")}";

    public override string? Unsupported => OperatingSystem.IsLinux() ? null : "the kqueue made of poll asks /proc for kinds of files";

    public override bool KernelJudgesReuse => false;

    public override bool IsNative => true;

    public override bool SubMillisecond => true;

    // The emulation, not the poller, makes lists in each wait.
    public override long BytesPerTurn => 4096;

    public override IReadOnlyDictionary<string, string> Exceptions { get; } = new Dictionary<string, string>
    {
        [nameof(LoopConformance.Out_of_band_data_is_reported_as_priority)] = "a kqueue tells nothing of out-of-band data",
        [nameof(LoopConformance.Adding_and_removing_handlers_allocates_nothing)] = "the kqueue made of poll allocates",
        [nameof(LoopConformance.Updating_handlers_allocates_nothing)] = "the kqueue made of poll allocates",
    };

    public override IOLoop Create(IOLoopOptions? options = null)
    {
        var native = new PollIOLoopOptions { Name = options?.Name, LoggerFactory = options?.LoggerFactory };
        native.MaxEventsPerTurn = options?.MaxEventsPerTurn ?? native.MaxEventsPerTurn;
        return new PollIOLoop(native, (_, _) => new KqueuePoller(new PollKqueue(), byPipe ? new PipeWaker() : null));
    }
}
