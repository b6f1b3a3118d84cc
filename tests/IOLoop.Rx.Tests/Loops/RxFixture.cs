using System.Reactive.Concurrency;
using IOLoops.Conformance;

namespace IOLoops.Rx.Tests.Loops;

/// <summary>Loops on Rx schedulers, each on a fresh one.</summary>
public class RxFixture(string name, Func<IScheduler> create, bool hasOwnThread = true) : LoopFixture
{
    private readonly List<IScheduler> _schedulers = [];
    private long? _bytesPerTurn;

    public override string Name => $"Rx over {name}";

    public override bool SeesGhosts => true;

    public override bool HasOwnThread => hasOwnThread;

    public override long BytesPerTurn => _bytesPerTurn ??= PostCost.Of(create());

    public override IOLoop Create(IOLoopOptions? options = null)
    {
        var scheduler = create();
        lock (_schedulers)
            _schedulers.Add(scheduler);
        return new RxIOLoop(scheduler, HostedOptions.From(options));
    }

    protected override void Dispose(bool disposing)
    {
        foreach (var scheduler in _schedulers)
            (scheduler as IDisposable)?.Dispose();
        base.Dispose(disposing);
    }
}
