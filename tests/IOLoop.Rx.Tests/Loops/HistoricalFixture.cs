using System.Diagnostics;
using System.Reactive.Concurrency;
using IOLoops.Conformance;

namespace IOLoops.Rx.Tests.Loops;

/// <summary>Loops in virtual time, which is moved as fast as real time goes while a test runs its loop.</summary>
public sealed class HistoricalFixture : LoopFixture
{
    private static readonly TimeSpan Step = TimeSpan.FromMicroseconds(100);

    public override string Name => "Rx over a HistoricalScheduler";

    public override bool SeesGhosts => true;

    public override bool UsesVirtualTime => true;

    public override bool HasOwnThread => false; // of turns scheduled by other threads one post differs from the next

    public override IOLoop Create(IOLoopOptions? options = null) =>
        new RxIOLoop(new HistoricalScheduler(DateTimeOffset.UtcNow), HostedOptions.From(options));

    public override void Run(IOLoop loop)
    {
        var hosted = (RxIOLoop)loop;
        var scheduler = (HistoricalScheduler)hosted.Scheduler;
        var clock = Stopwatch.StartNew();
        var moved = TimeSpan.Zero;
        hosted.Attach();
        while (loop.IsRunning)
        {
            var elapsed = clock.Elapsed;
            var step = elapsed - moved > Step ? elapsed - moved : Step;
            moved += step;
            scheduler.AdvanceBy(step);
            Thread.Yield();
        }
    }
}
