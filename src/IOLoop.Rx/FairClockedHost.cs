using System.Reactive.Concurrency;

namespace IOLoops.Rx;

/// <summary>A loop's scheduler: it runs everything in order, so other work never waits behind turns without end.</summary>
/// <param name="scheduler">What turns are scheduled on.</param>
/// <param name="behind">What knows its thread: see <see cref="SchedulerKind.Behind"/>.</param>
internal sealed class FairClockedHost(IScheduler scheduler, IScheduler behind) : ClockedSchedulerHost(scheduler, behind), IYieldingHost
{
    public bool HasOtherWork => false;

    public void PostBehind(Action turn) => Post(turn);
}
