using System.Reactive.Concurrency;
using System.Reactive.Disposables;
using IOLoops.Conformance;

namespace IOLoops.Rx.Tests;

/// <summary>What Rx promises of a scheduler on this machine, and what a loop promises besides.</summary>
public abstract partial class SchedulerTests : LoopHarness
{
    private readonly OverPoller _fixture;

    private protected SchedulerTests(PollerKind poller)
        : this(new OverPoller(poller))
    {
    }

    private SchedulerTests(OverPoller fixture)
        : base(fixture) => _fixture = fixture;

    private IOLoopScheduler Scheduler => Loop.AsScheduler();

    /// <summary>A loop whose time stands still until a test moves it.</summary>
    private (PollIOLoop Loop, JumpingClock Clock) UseVirtualTime()
    {
        var clock = new JumpingClock();
        var loop = Watched(_fixture.Create(new IOLoopOptions { LoggerFactory = Log }, clock));
        UseLoop(loop);
        return (loop, clock);
    }

    /// <summary>Turns, until one has nothing to do.</summary>
    private static void RunWhatIsDue(PollIOLoop loop)
    {
        while (loop.RunOnce(TimeSpan.Zero) > 0)
            continue;
    }

    private Func<IScheduler, TState, IDisposable> Doing<TState>(Action<TState> action) => (scheduler, state) =>
    {
        if (scheduler != Scheduler)
            throw new InvalidOperationException("The item was given another scheduler.");
        action(state);
        return Disposable.Empty;
    };
}
