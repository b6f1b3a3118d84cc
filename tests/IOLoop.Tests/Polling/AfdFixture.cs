using IOLoops.Conformance;
using IOLoops.Polling;

namespace IOLoops.Tests.Polling;

/// <summary>Native loops over the AFD poller, with a driver and a completion port made of poll(2) below it.</summary>
public sealed class AfdFixture : LoopFixture
{
    private const string NotPolledYet = "only a socket whose poll is under way is known to be closed when its number is used again";

    public override string Name => "AFD polls made of poll";

    public override string? Unsupported => OperatingSystem.IsLinux() ? null : "the driver made of poll asks /proc for kinds of files";

    public override bool KernelJudgesReuse => false;

    public override bool IsNative => true;

    public override bool SubMillisecond => true;

    // The emulation, not the poller, makes lists in each wait.
    public override long BytesPerTurn => 4096;

    public override IReadOnlyDictionary<string, string> Exceptions { get; } = new Dictionary<string, string>
    {
        [nameof(LoopConformance.Adding_and_removing_handlers_allocates_nothing)] = "the driver made of poll allocates",
        [nameof(LoopConformance.Updating_handlers_allocates_nothing)] = "the driver made of poll allocates",
        [nameof(LoopConformance.A_handler_replaced_after_its_number_was_reused_is_collectable)] = NotPolledYet,
        [nameof(LoopConformance.A_ghost_reaches_no_new_owner_of_its_number)] = NotPolledYet,
    };

    public override IOLoop Create(IOLoopOptions? options = null)
    {
        var native = new PollIOLoopOptions { Name = options?.Name, LoggerFactory = options?.LoggerFactory };
        native.MaxEventsPerTurn = options?.MaxEventsPerTurn ?? native.MaxEventsPerTurn;
        return new PollIOLoop(native, (_, _) => new AfdPoller(new PollAfdPort()));
    }
}
