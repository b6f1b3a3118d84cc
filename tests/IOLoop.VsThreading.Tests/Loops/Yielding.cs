using IOLoops.Conformance;
using Microsoft.VisualStudio.Threading;

namespace IOLoops.VsThreading.Tests.Loops;

/// <summary>Loops on main threads that serve what is posted before everything else.</summary>
internal static class TwoQueues
{
    internal static TwoQueueFixture MainThreads(bool drains, bool givesWayAlways = false) => new JoinableTwoQueueFixture(
        drains, givesWayAlways ? TimeSpan.Zero : new HostedIOLoopOptions().TurnBudget);

    private sealed class JoinableTwoQueueFixture(bool drains, TimeSpan? budget) : TwoQueueFixture(
        "JTF", drains, static (context, options) => new JoinableTaskIOLoop(new JoinableTaskContext(context.Thread, context).Factory, options), budget)
    {
        public override bool IsPumpable => true;

        public override long BytesPerTurn => 300;
    }
}

public sealed class JTF_over_two_queues() : LoopConformance(TwoQueues.MainThreads(drains: false));

public sealed class JTF_over_a_queue_that_is_drained_and_gets_its_turn_after_each_one() : LoopConformance(TwoQueues.MainThreads(drains: true, givesWayAlways: true));

public sealed class Joinable_yielding_to_two_queues() : YieldingConformance(TwoQueues.MainThreads(drains: false));

public sealed class Joinable_yielding_to_a_queue_that_is_drained() : YieldingConformance(TwoQueues.MainThreads(drains: true));
