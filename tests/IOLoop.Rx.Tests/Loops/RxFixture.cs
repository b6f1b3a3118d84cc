using System.Reactive.Concurrency;
using IOLoops.Conformance;

namespace IOLoops.Rx.Tests.Loops;

/// <summary>Loops on Rx schedulers, each on a fresh one.</summary>
public class RxFixture(string name, Func<IScheduler> create, bool hasOwnThread = true, Func<IScheduler, IScheduler>? wrap = null)
    : LoopFixture
{
    private const int BytesOfDelegate = 64;

    private readonly List<IScheduler> _schedulers = [];
    private long? _bytesPerTurn;

    public override string Name => $"Rx over {name}";

    public override bool SeesGhosts => true;

    public override bool HasOwnThread => hasOwnThread;

    // A delegate that a wrapper makes for each item may live on the stack where the cost is measured, and not in a loop.
    public override long BytesPerTurn => _bytesPerTurn ??= PostCost.Of(Wrap(create())) + (wrap is null ? 0 : BytesOfDelegate);

    public override IOLoop Create(IOLoopOptions? options = null)
    {
        var scheduler = create();
        lock (_schedulers)
            _schedulers.Add(scheduler);
        return new RxIOLoop(Wrap(scheduler), HostedOptions.From(options));
    }

    private IScheduler Wrap(IScheduler scheduler) => wrap is null ? scheduler : wrap(scheduler);

    protected override void Dispose(bool disposing)
    {
        foreach (var scheduler in _schedulers)
            (scheduler as IDisposable)?.Dispose();
        base.Dispose(disposing);
    }
}
