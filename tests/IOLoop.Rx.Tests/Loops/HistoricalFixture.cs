using System.Diagnostics;
using System.Reactive.Concurrency;
using System.Runtime.CompilerServices;
using IOLoops.Conformance;

namespace IOLoops.Rx.Tests.Loops;

/// <summary>Loops in virtual time, which is moved as fast as real time goes while a test runs its loop.</summary>
/// <param name="wrap">What stands between the loop and the scheduler; null: nothing.</param>
public sealed class HistoricalFixture(Func<IScheduler, IScheduler>? wrap = null) : LoopFixture
{
    private readonly ConditionalWeakTable<IOLoop, HistoricalScheduler> _schedulers = [];

    private static readonly TimeSpan Step = TimeSpan.FromMicroseconds(100);

    public override string Name => $"Rx over a HistoricalScheduler{(wrap is null ? "" : " that is wrapped")}";

    public override bool SeesGhosts => true;

    public override bool UsesVirtualTime => true;

    public override bool HasOwnThread => false; // of turns scheduled by other threads one post differs from the next

    public override IOLoop Create(IOLoopOptions? options = null)
    {
        var scheduler = new HistoricalScheduler(DateTimeOffset.UtcNow);
        var loop = new RxIOLoop(wrap is null ? scheduler : wrap(scheduler), HostedOptions.From(options));
        _schedulers.Add(loop, scheduler);
        return loop;
    }

    public override void Run(IOLoop loop)
    {
        var hosted = (RxIOLoop)loop;
        _schedulers.TryGetValue(loop, out var scheduler);
        var clock = Stopwatch.StartNew();
        var moved = TimeSpan.Zero;
        hosted.Attach();
        while (loop.IsRunning)
        {
            var elapsed = clock.Elapsed;
            var step = elapsed - moved > Step ? elapsed - moved : Step;
            moved += step;
            scheduler!.AdvanceBy(step);
            Thread.Yield();
        }
    }
}
